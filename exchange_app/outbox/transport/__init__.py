"""The ways out of the house: a mail server, an HTTP gateway for text messages, the robots of chat groups.

Each is a carrier (`carrier.py`) and sorts what goes wrong in the same way, so that delivery need not know which it has.
"""
