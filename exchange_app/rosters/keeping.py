"""How persons and rows to mend are written down: sealed, found again by keyed hashes, and never more than is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.sealing import keys, new_uid, sealed_context
from exchange_app.core.text import in_every_language
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.errors import DocumentNamedTwice, TooManyPupils, TooManyStaff
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.reading import Reading, RowToMend
from exchange_app.rosters.rules import (
    FIELDS,
    Person,
    Problem,
    Role,
    check_person,
    fields_asked,
    identity_of,
    without_unasked,
)

SEALED_FIELDS = tuple(field for field in FIELDS if field != "role")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a roster's rows, how many health notes were left out because guardians refuse them, and the
    headers of columns that were not asked for and so not kept."""

    added: int
    changed: int
    to_mend: int
    notes_refused: int
    left_out: tuple[str, ...]


def keep_reading(booking: Booking, reading: Reading, known: Sequence[Participant], now: datetime) -> Imported:
    """Sort the right rows into new persons, persons known before, and rows that cannot be taken: beyond the booked
    seats, or with the document of somebody else.

    A reading may be older than what the booking's package asks for now.
    """
    asked = asked_of(booking)
    right = [(number, without_unasked(person, asked)) for number, person in reading.right]
    to_mend = [_asked_alone(row, asked) for row in reading.to_mend]
    sorting = _Sorting(booking, known, right)
    new: list[Person] = []
    changed = notes_refused = 0
    for number, person in right:
        problem = sorting.problem_of(person)
        if problem:
            to_mend.append(RowToMend(number, values_of(person), (problem,)))
            continue
        participant = sorting.find(person)
        if participant is None:
            new.append(person)
            continue
        if person.health_note and participant.is_health_note_refused:
            person = replace(person, health_note="")
            notes_refused += 1
        _bring_up_to_date(participant, booking, person, now)
        changed += 1
    insert_people(booking, new, first_position=max((one.position for one in known), default=0) + 1)
    _set_aside(booking, to_mend, now)
    return Imported(len(new), changed, len(to_mend), notes_refused, reading.left_out)


def _asked_alone(row: RowToMend, asked: frozenset[str]) -> RowToMend:
    fields = fields_asked(asked)
    values = {field: text for field, text in row.values.items() if field in fields}
    return RowToMend(row.number, values, tuple(problem for problem in row.problems if problem.field in fields))


class _Sorting:
    """Whose row a row is, how many seats are left, and whose document is whose while a roster is taken."""

    def __init__(self, booking: Booking, known: Sequence[Participant], right: Sequence[tuple[int, Person]]) -> None:
        self._booking = booking
        self._known = {participant.identity_hash: participant for participant in known}
        self._room = {Role.PUPIL: booking.pupils, Role.STAFF: booking.staff}
        for participant in known:
            self._room[participant.role] -= 1
        # Whoever comes with another document gives the former one up, so that two mixed up can be set right.
        giving_up = {identity_hash_of(booking, person) for _, person in right if person.document_number}
        self._holders = {one.document_hash for one in known if one.identity_hash not in giving_up} - {None}

    def find(self, person: Person) -> Participant | None:
        return self._known.get(identity_hash_of(self._booking, person))

    def problem_of(self, person: Person) -> Problem | None:
        """Why the row cannot be taken; if it can, its seat is."""
        if document_hash_of(person) in self._holders:
            return Problem("document_number", DocumentNamedTwice.words)
        participant = self.find(person)
        role_before = participant.role if participant else None
        if person.role is role_before:
            return None
        if self._room[person.role] <= 0:
            refusal = no_room(person.role, self._booking)
            return Problem("role", refusal.words, refusal.facts)
        self._room[person.role] -= 1
        if role_before:
            self._room[role_before] += 1
        return None


def no_room(role: Role, booking: Booking) -> TooManyPupils | TooManyStaff:
    return TooManyPupils(booked=booking.pupils) if role is Role.PUPIL else TooManyStaff(booked=booking.staff)


def values_of(person: Person | Participant) -> dict[str, str]:
    """Every field as a form shows it; "" where there is nothing."""
    return {field: _as_text(getattr(person, field)) for field in FIELDS}


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def insert_people(booking: Booking, people: Sequence[Person], *, first_position: int) -> None:
    if not people:
        return
    rows = [_row_of(booking, person, position) for position, person in enumerate(people, start=first_position)]
    db.session.execute(insert(Participant.__table__), rows)
    booking.named += len(people)


def _row_of(booking: Booking, person: Person, position: int) -> dict[str, Any]:
    uid = new_uid()
    row: dict[str, Any] = {"uid": uid, "booking_id": booking.id, "position": position, "role": person.role}
    return row | _sealed(person, SEALED_FIELDS, uid) | _hashes(booking, person)


def _sealed(person: Person, fields: Iterable[str], uid: str) -> dict[str, bytes | None]:
    texts = {field: _as_text(getattr(person, field)) for field in fields}
    return {
        f"{field}_sealed": keys().seal(text, sealed_context(Participant.__tablename__, field, uid)) if text else None
        for field, text in texts.items()
    }


def rewrite_people(booking: Booking, changed: Sequence[tuple[Participant, Person]]) -> None:
    """As `rewrite`, in one statement for all."""
    if not changed:
        return
    asked = _sealed_and_asked(booking)
    rows = [
        {"of": participant.id, "role": person.role}
        | _sealed(person, asked, participant.uid)
        | _hashes_asked(booking, person)
        for participant, person in changed
    ]
    people = Participant.__table__
    db.session.execute(update(people).where(people.c.id == bindparam("of")), rows)


def _sealed_and_asked(booking: Booking) -> list[str]:
    return [field for field in fields_asked(asked_of(booking)) if field in SEALED_FIELDS]


def _hashes_asked(booking: Booking, person: Person) -> dict[str, str | None]:
    hashes = _hashes(booking, person)
    if "document_number" not in asked_of(booking):
        del hashes["document_hash"]
    return hashes


def remove_people(booking: Booking, people: Sequence[Participant]) -> None:
    if not people:
        return
    ids = [participant.id for participant in people]
    db.session.execute(delete(Participant).where(Participant.id.in_(ids)).execution_options(synchronize_session=False))
    booking.named -= len(people)


def forget_rows(rows: Sequence[UnmendedRow]) -> None:
    if rows:
        of = UnmendedRow.id.in_([row.id for row in rows])
        db.session.execute(delete(UnmendedRow).where(of).execution_options(synchronize_session=False))


def rewrite(participant: Participant, booking: Booking, person: Person) -> None:
    """What is not asked for now stays untouched: a group that is decided about anew keeps its documents."""
    participant.role = person.role
    for field in _sealed_and_asked(booking):
        setattr(participant, field, _as_text(getattr(person, field)))
    for column, value in _hashes_asked(booking, person).items():
        setattr(participant, column, value)


def take_over(participant: Participant, booking: Booking, person: Person) -> None:
    """Somebody else takes the seat: of the former person nothing stays."""
    for field in SEALED_FIELDS:
        setattr(participant, field, None)
    participant.uid, participant.document_hash, participant.is_health_note_refused = new_uid(), None, False
    rewrite(participant, booking, person)


def _bring_up_to_date(participant: Participant, booking: Booking, person: Person, now: datetime) -> None:
    """What a later spreadsheet does not mention stays as it was."""
    merged = {**values_of(participant), **{field: text for field, text in values_of(person).items() if text}}
    checked = check_person(merged, asked_of(booking), today=booking.departure.today(now))
    rewrite(participant, booking, checked if isinstance(checked, Person) else person)


def _hashes(booking: Booking, person: Person) -> dict[str, str | None]:
    digits = "".join(sign for sign in person.guardian_phone or "" if sign.isdigit())
    return {
        "identity_hash": identity_hash_of(booking, person),
        "document_hash": document_hash_of(person),
        "phone_tail_hash": phone_tail_hash(booking.id, digits[-4:]) if len(digits) >= 4 else None,
    }


def identity_hash_of(booking: Booking, person: Person) -> str:
    return keys().fingerprint(identity_of(person), f"identity:{booking.id}")


def document_hash_of(person: Person) -> str | None:
    """Equal for equal documents of all groups; None for whoever has none."""
    if not person.document_number:
        return None
    return keys().fingerprint(f"{person.document_type}\0{person.document_number}", "document")


def phone_tail_hash(booking_id: int, digits: str) -> str:
    """The keyed hash of a phone's last four digits, of one group."""
    return keys().fingerprint(digits, f"phone_tail:{booking_id}")


def _set_aside(booking: Booking, rows: Sequence[RowToMend], now: datetime) -> None:
    if rows:
        db.session.execute(insert(UnmendedRow.__table__), [_aside(booking, row, now) for row in rows])


def _aside(booking: Booking, row: RowToMend, now: datetime) -> dict[str, Any]:
    problems = [{"field": problem.field, "words": in_every_language(problem)} for problem in row.problems]
    uid = new_uid()
    content = keys().seal(
        content_json({"values": row.values, "problems": problems}),
        sealed_context(UnmendedRow.__tablename__, "values_json", uid),
    )
    return {
        "uid": uid,
        "booking_id": booking.id,
        "row_number": row.number,
        "values_json_sealed": content,
        "read_at": now,
    }


def content_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)
