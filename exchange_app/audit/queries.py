"""Reads of the audit log, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from exchange_app.audit.models import AuditEnds, AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.database import db

PORTION = 1000


@dataclass(frozen=True, slots=True)
class Check:
    """What became of checking the log: ``first_wrong`` is the number of the first entry that is missing, altered or
    not the log's own, None where all are right; ``is_sealed`` whether the log ends where it says."""

    first: int
    last: int
    link: str
    first_wrong: int | None
    is_sealed: bool

    @property
    def is_whole(self) -> bool:
        return self.first_wrong is None and self.is_sealed

    @property
    def end(self) -> str:
        """To be noted somewhere else, and given to the next check."""
        return f"{self.last}:{self.link}"


def select_entries(what: What | None) -> Select[AuditEntry]:
    """The latest first; to be paged."""
    entries = (
        select(AuditEntry)
        .options(joinedload(AuditEntry.by), joinedload(AuditEntry.user))
        .order_by(AuditEntry.number.desc())
    )
    return entries if what is None else entries.where(AuditEntry.what == what)


def find_end() -> str:
    """Where the log ends now, to be noted elsewhere."""
    ends = _ends()
    return f"{ends.last}:{ends.link}"


def check_log(noted: tuple[int, str] | None = None) -> Check:
    """Follow the links of the whole log. ``noted`` is an end that was noted before: number and link of an entry that
    has to be there still, unless its time is over."""
    ends = _ends()
    number, link, wrong = ends.first - 1, ends.link_before, None
    for entry in _entries():
        number += 1
        link = entry.link_after(link)
        is_noted_otherwise = noted is not None and noted[0] == number and noted[1] != link
        if entry.number != number or entry.link != link or is_noted_otherwise:
            wrong = number
            break
    if wrong is None and noted is not None and noted[0] > number:
        wrong = number + 1
    is_sealed = (number, link) == (ends.last, ends.link) and (ends.last == 0 or ends.seal == ends.right_seal)
    return Check(ends.first, ends.last, ends.link, wrong, wrong is not None or is_sealed)


def _ends() -> AuditEnds:
    return db.session.get(AuditEnds, 1) or AuditEnds(first=1, last=0, link_before="", link="", seal="")


def _entries() -> Iterator[AuditEntry]:
    """All that are kept, in their order, a portion at a time."""
    after = 0
    while True:
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.number > after).order_by(AuditEntry.number).limit(PORTION)
        ).all()
        yield from entries
        if len(entries) < PORTION:
            return
        after = entries[-1].number
        for entry in entries:
            db.session.expunge(entry)
