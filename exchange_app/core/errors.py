"""The four kinds of refusal. A feature's errors.py derives one class for each sentence it may say to somebody.

A refusal is an answer, not a fault: it carries words in the reader's language and a stable slug, and knows nothing of
HTTP; `web/errors.py` alone turns the kind into a status.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """Something the business says no to.

    ``slug`` is the stable name of the refusal, ``words`` its sentence (a lazy translation whose placeholders are filled
    from the keyword arguments), ``field`` the form field it belongs beside, or None.
    """

    slug: ClassVar[str] = "refused"
    words: Any = ""
    field: str | None = None

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(self.slug)
        self.facts = facts
        if field is not None:
            self.field = field

    @property
    def sentence(self) -> str:
        text = str(self.words)
        return text % self.facts if self.facts else text

    def __str__(self) -> str:
        return self.slug


class NotFound(Refusal):
    """There is no such thing, or none that this user may know of."""


class Forbidden(Refusal):
    """The user may know of the thing but not do this with it."""


class Invalid(Refusal):
    """What was typed cannot be taken; ``field`` names where."""


class Conflict(Refusal):
    """What was asked was sound, but the state of things does not allow it (any more)."""
