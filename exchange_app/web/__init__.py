"""Shared HTTP plumbing: who may enter, what an error looks like, languages, headers, paging, health."""
