"""An organiser's week: what waits today, the planner of departures and slots, many dates at once, a season copied."""
