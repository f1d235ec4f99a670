"""What a page does with a command: carry it out, or say why not and keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash

from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.core.errors import Refusal
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form
from exchange_app.web.notices import say_done

# Where something is moved by one touch, nothing was typed that could be kept.
NOTHING_MOVED = sentence(
    "Somebody else changed this meanwhile, and nothing was moved: the page shows how it stands now."
)


def is_saved(form: Form, command: Callable[[], object]) -> bool:
    """Whether the form was sent and the command carried out. A refusal stands beside its field."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            command()
    except Refusal as refusal:
        if isinstance(refusal, ChangedMeanwhile):
            form.seen.data = refusal.current  # whoever has read the sentence and saves again, means it
        beside_field(form, refusal)
        return False
    return True


def is_done(command: Callable[[], object], *, done: Any, undo: str | None = None) -> bool:
    """Whether the command was carried out; the next page says so, or why it was refused. ``undo`` is the address of the
    command that takes it back, which the next page offers."""
    try:
        with transaction():
            command()
    except Refusal as refusal:
        flash(refusal.sentence, "error")
        return False
    say_done(done, undo=undo)
    return True


def status_of_form(form: Form) -> int:
    """422 where something has to be mended first, else 200."""
    return 422 if form.is_submitted() else 200
