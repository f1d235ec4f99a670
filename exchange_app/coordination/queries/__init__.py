"""Reads of exchanges and common problems, and of who speaks for whom."""
