"""Figures over everything the cities do together: counts alone, never persons."""
