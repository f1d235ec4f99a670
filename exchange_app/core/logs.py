"""What processes write down about themselves: one form for all, in UTC, and no line that pretends to be another.

Nothing personal goes into a log: messages are words of the program, ids and slugs (`web/faults.py` says how faults are
written).
"""

from __future__ import annotations

import logging
import re
import time

FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%S"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class LogForm(logging.Formatter):
    """Lines after the first are indented, so that no text makes an entry of its own."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(FORM, MOMENT)

    def format(self, record: logging.LogRecord) -> str:
        text = UNSEEN.sub(lambda sign: f"\\x{ord(sign[0]):02x}", super().format(record))
        return text.replace("\n", "\n    ")


def keep_log(level: str) -> None:
    """Our own entries from ``level`` on; those of libraries from WARNING on, or with DEBUG all of them. Whoever set up
    a log before (a worker, a test) keeps it."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(LogForm())
        root.addHandler(handler)
    if level == "DEBUG":
        root.setLevel(level)
    for name in ("exchange_app", "tasks"):
        logging.getLogger(name).setLevel(level)
