"""What the next page says about what was just done, and the button that takes it back.

Instead of asking whether somebody is sure, a step that can be undone is taken at once, and undoing it is offered.
"""

from __future__ import annotations

from typing import Any

from flask import flash


def say_done(words: Any, *, undo: str | None = None) -> None:
    """``undo`` is the address of the command that takes it back; components/messages.html makes a button of it."""
    flash(str(words), f"success {undo}" if undo else "success")
