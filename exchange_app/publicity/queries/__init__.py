"""Reads of publicity, by what they are about."""
