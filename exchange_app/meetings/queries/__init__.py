"""Reads of meetings, of what could be on their agendas, and of actions."""
