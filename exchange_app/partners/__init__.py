"""The cities that co-operate, their counties and districts, and the organisations that belong to them."""
