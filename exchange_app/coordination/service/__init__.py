"""What co-ordinators do, and what is looked after by itself."""
