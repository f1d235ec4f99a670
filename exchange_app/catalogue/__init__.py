"""What a city offers: bases that receive groups, menus of single activities, and packages made of them."""
