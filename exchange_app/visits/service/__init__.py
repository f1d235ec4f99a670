"""What co-ordinators of two cities do about a visit, its report and its return, and what is looked after by itself."""
