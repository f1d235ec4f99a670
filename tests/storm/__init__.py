"""Many at once against the product as it is started for a city: nothing breaks, nothing is sold twice."""
