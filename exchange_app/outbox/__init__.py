"""Letters written and not yet sent. A letter is a row, stored together with its cause; workers send it exactly once.

A feature that writes letters registers each kind here (`kinds.py`): whether the letter is still true, and what it says.
"""
