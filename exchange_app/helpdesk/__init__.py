"""Newcomers are helped with a job, medical care and schooling: guides, a directory of offices, and requests that
somebody makes without an account and an office of the place answers."""
