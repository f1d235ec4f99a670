"""A school's own trip: it chooses activities of one city's menus, and comes to an agreement with a host about them."""
