"""What the mailbox is filtered by, and what people type to search it."""

from __future__ import annotations

import unicodedata
from typing import Any

from wtforms import HiddenField, SelectField

from exchange_app.core.text import sentence
from exchange_app.outbox.finding import find_subjects, known_kinds
from exchange_app.outbox.models import address_hash_of
from exchange_app.outbox.queries import Asked, LetterFilter
from exchange_app.web.forms import ChoiceField, FilterForm, Form, TextField

ANY = sentence("Any")


class KindField(SelectField):
    """A kind of letter by its name; None where nothing is chosen."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, choices=_kinds, coerce=lambda typed: typed or None, **options)


def _kinds() -> list[tuple[str, Any]]:
    named = [(name, str(kind.words)) for name, kind in known_kinds().items()]
    return [("", ANY), *sorted(named, key=lambda each: each[1])]


class MailboxForm(FilterForm):
    """``about`` is what a subject is called, ``reader`` the hash of an address: an address itself stands in no link, in
    no browser's history and in no server's log."""

    show = ChoiceField(Asked, empty=ANY)
    kind = KindField(sentence("Kind of letter"))
    problem = HiddenField()
    about = HiddenField()
    reader = HiddenField()

    def wanted(self) -> LetterFilter:
        """What was asked for and could be read."""
        self.validate()
        return LetterFilter(
            asked=None if self.show.errors else self.show.data,
            kind=None if self.kind.errors else self.kind.data,
            problem=self.problem.data or None,
            about=find_subjects(self.about.data) if self.about.data else None,
            address_hash=self.reader.data or None,
        )


class SearchForm(Form):
    typed = TextField(sentence("Booking code or e-mail address"), longest=254)

    def found(self) -> dict[str, Any]:
        """The part of the mailbox's address that stands for what was typed."""
        typed = unicodedata.normalize("NFKC", self.typed.data).strip()
        if not typed:
            return {}
        return {"reader": address_hash_of(typed)} if "@" in typed else {"about": typed}
