"""Reads of the catalogue: what every visitor may see, and what its keepers see and edit."""
