"""Packages on dates. A departure has seats (a pool), a registration window, a roster deadline, a supervision rule."""
