"""What is done with meetings: planned, invited to, written down, confirmed; and with the actions that follow."""
