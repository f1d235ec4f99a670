"""Backups: everything the database holds in one sealed file, which any of the engines takes back."""
