"""Reads of figures and of reports."""
