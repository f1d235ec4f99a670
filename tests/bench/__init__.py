"""How fast the main job is, measured and never asserted: `make bench`.

PostgreSQL (durable settings) and the production server run as they would for a city; the load generator shares the
machine.
"""
