"""Work that nobody waits for: one thin module per feature that has jobs.

A task says what to look into, never what to do: it takes no arguments, and the database says the rest.
"""
