"""Reads of visits, of the ledger and of returns."""
