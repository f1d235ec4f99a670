"""One year of two cities, month by month. Each chapter goes on where the one before it ended."""
