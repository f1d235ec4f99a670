"""A group's claim on a departure: held while it is filled in, submitted, decided, changed, cancelled, done."""
