"""The main job in a real browser, on the running product with its worker and clock."""
