"""A roster edited as one table: which of its rows were touched, what they say now, and what is wrong in which cell.

A row carries a mark of what it was served with. So a row that nobody touched is left alone whatever became of the
person meanwhile, and one that two people touched is told to the second of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.core.sealing import keys
from exchange_app.core.text import sentence
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.errors import HealthNoteRefused
from exchange_app.rosters.keeping import document_hash_of, identity_hash_of, no_room, values_of
from exchange_app.rosters.masking import mask_document, mask_phone
from exchange_app.rosters.models import Participant
from exchange_app.rosters.reading import SAME_DOCUMENT, SAME_PERSON
from exchange_app.rosters.rules import Person, Problem, Role, check_person, fields_asked
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from exchange_app.rosters.rules.names import says_nothing

PHONES = ("guardian_phone", "second_phone")
VEILED = frozenset({*PHONES, "document_number", "health_note"})  # empty as served; left empty, they stay as they are
LONGEST_CELL = 1_000

GONE = sentence(
    "Somebody else took this person out while you were typing. Saving again adds them anew; empty the row to leave "
    "them out."
)
IN_THEIR_ROW = sentence(
    "Row %(row)s is this person's, with their consent: change them there. To bring a whole list up to date, hand it in "
    "on the roster's page."
)
NOW = sentence("Now it says: %(text)s")
NOW_EMPTY = sentence("Now it is empty.")

_MARK = 16  # hexadecimal digits of each half
_CHOICES: Mapping[str, Mapping[Any, Any]] = {
    "role": ROLE_WORDS,
    "sex": SEX_WORDS,
    "document_type": DOCUMENT_WORDS,
}


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A row as it came back. ``key`` is its name in the form; ``person_id`` and ``seen``, its mark, are missing where
    the row is new."""

    key: str
    values: Mapping[str, str]
    person_id: int | None = None
    seen: str = ""
    is_out: bool = False

    @property
    def is_touched(self) -> bool:
        return self.seen[_MARK:] != _fingerprint(self.values)

    @property
    def is_blank(self) -> bool:
        """Whether it names nobody; each fresh row has a role."""
        return not any(text for name, text in self.values.items() if name != "role")


@dataclass(frozen=True, slots=True, repr=False)
class TableRow:
    """One row of the table: whose it is, if anybody's yet, and what came back of it, if anything did."""

    number: int
    participant: Participant | None
    line: Line | None


@dataclass(slots=True, repr=False)
class Edit:
    """What is to be done, and what is wrong, by the key of the row."""

    added: list[Person] = field(default_factory=list)
    changed: list[tuple[Participant, Person]] = field(default_factory=list)
    removed: list[Participant] = field(default_factory=list)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # marks of the rows whose change by others is told

    @property
    def counts(self) -> dict[str, int]:
        """Empty where nothing is to be done."""
        counts = {"added": len(self.added), "changed": len(self.changed), "removed": len(self.removed)}
        return counts if any(counts.values()) else {}


def shown_values(participant: Participant, fields: Sequence[str]) -> dict[str, str]:
    """What the cells of a fresh table hold."""
    kept = values_of(participant)
    return {name: "" if name in VEILED else kept[name] for name in fields}


def mark_of(participant: Participant, fields: Sequence[str]) -> str:
    """Of all that is kept, and of what is shown of it. Keyed: nobody learns a value from it."""
    kept = _fingerprint({**values_of(participant), "uid": participant.uid})
    return kept + _fingerprint(shown_values(participant, fields))


def _fingerprint(values: Mapping[str, str]) -> str:
    content = "\0".join(f"{name}={values[name]}" for name in sorted(values))
    return keys().fingerprint(content, "row of a roster")[:_MARK]


def lay_out(known: Sequence[Participant], lines: Sequence[Line]) -> list[TableRow]:
    """The persons in their order, with what came back of their rows; then the rows of nobody who is there."""
    by_person = {line.person_id: line for line in lines if line.person_id is not None}
    rows = [TableRow(number, one, by_person.get(one.id)) for number, one in enumerate(known, start=1)]
    there = {one.id for one in known}
    others = [line for line in lines if line.person_id not in there and _is_wanted(line)]
    rows += [TableRow(number, None, line) for number, line in enumerate(others, start=len(rows) + 1)]
    return rows


def _is_wanted(line: Line) -> bool:
    """Whether a row of nobody who is there would put somebody in."""
    return not line.is_out and not line.is_blank and (not line.seen or line.is_touched)


def judge(booking: Booking, known: Sequence[Participant], lines: Sequence[Line], *, today: date) -> Edit:
    """What the table asks for. A row that was left as it was served is not judged."""
    judging = _Judging(booking, lay_out(known, lines), asked_of(booking), today)
    judging.read()
    judging.compare()
    return judging.edit


@dataclass(repr=False)
class _Judging:
    booking: Booking
    rows: Sequence[TableRow]
    asked: frozenset[str]
    today: date
    edit: Edit = field(default_factory=Edit)
    right: list[tuple[TableRow, Person]] = field(default_factory=list)  # rows that name somebody, or change one

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return fields_asked(self.asked)

    def read(self) -> None:
        """Each row by itself."""
        for row in self.rows:
            if row.line is None or (row.participant and not row.line.is_out and not row.line.is_touched):
                continue
            if row.participant is None:
                self._read_new(row, row.line)
            elif row.line.is_out:
                self._read_out(row.participant, row.line)
            else:
                self._read_changed(row, row.participant, row.line)

    def _read_new(self, row: TableRow, line: Line) -> None:
        if line.seen:
            self._mark(line, Problem("name", GONE), told="")
            return
        self._keep_if_right(row, line, check_person(_cut(line.values), self.asked, today=self.today))

    def _read_out(self, participant: Participant, line: Line) -> None:
        if self._is_as_seen(participant, line):
            self.edit.removed.append(participant)
        else:
            self._tell_change(participant, line)

    def _read_changed(self, row: TableRow, participant: Participant, line: Line) -> None:
        merged = _merged(participant, _cut(line.values))
        checked = check_person(merged, self.asked, today=self.today)
        if isinstance(checked, Person) and _is_kept_already(participant, checked, self.fields):
            return
        if not self._is_as_seen(participant, line):
            self._tell_change(participant, line)
        elif isinstance(checked, Person) and checked.health_note and participant.is_health_note_refused:
            self._mark(line, Problem("health_note", HealthNoteRefused.words))
        else:
            self._keep_if_right(row, line, checked)

    def _keep_if_right(self, row: TableRow, line: Line, checked: Person | list[Problem]) -> None:
        if isinstance(checked, Person):
            self.right.append((row, checked))
        else:
            self._mark(line, *checked)

    def _is_as_seen(self, participant: Participant, line: Line) -> bool:
        return line.seen[:_MARK] == mark_of(participant, self.fields)[:_MARK]

    def _tell_change(self, participant: Participant, line: Line) -> None:
        shown = shown_values(participant, self.fields)
        differing = [name for name in self.fields if name not in VEILED and line.values.get(name) != shown[name]]
        now = [_now(name, shown[name]) for name in differing]
        self._mark(line, Problem("name", ChangedMeanwhile.words), *now, told=mark_of(participant, self.fields))

    def _mark(self, line: Line, *problems: Problem, told: str | None = None) -> None:
        self.edit.problems.setdefault(line.key, []).extend(problems)
        if told is not None:
            self.edit.told[line.key] = told

    def compare(self) -> None:
        """Those that are right by themselves with one another, and with the persons and seats that are there."""
        comparing = _Comparing(self)
        for row, person in self.right:
            if comparing.is_there_already(row, person):
                continue
            problems = list(comparing.problems_of(row, person))
            if problems and row.line:
                self._mark(row.line, *problems)
            elif row.participant:
                self.edit.changed.append((row.participant, person))
            else:
                self.edit.added.append(person)


class _Comparing:
    """Whose name, document and seat is whose while the rows are gone through from top to bottom."""

    def __init__(self, judging: _Judging) -> None:
        self._booking, self._fields = judging.booking, judging.fields
        touched = {row.number: person for row, person in judging.right}
        out = {one.id for one in judging.edit.removed}
        self._staying = {
            row.participant.identity_hash: row
            for row in judging.rows
            if row.participant and row.participant.id not in out
        }
        left_alone = [row for row in self._staying.values() if row.number not in touched]
        self._named: dict[str, int] = {}
        self._holders = {row.participant.document_hash: row.number for row in left_alone if row.participant}
        self._room = {Role.PUPIL: self._booking.pupils, Role.STAFF: self._booking.staff}
        for row in self._staying.values():
            person = touched.get(row.number)
            if row.participant and (person is None or person.role is row.participant.role):
                self._room[row.participant.role] -= 1

    def is_there_already(self, row: TableRow, person: Person) -> bool:
        """The same table sent twice names its new rows twice."""
        holder = self._staying.get(identity_hash_of(self._booking, person))
        if row.participant or holder is None or holder.line is not None or holder.participant is None:
            return False
        return _is_kept_already(holder.participant, person, self._fields)

    def problems_of(self, row: TableRow, person: Person) -> Iterator[Problem]:
        identity, document = identity_hash_of(self._booking, person), document_hash_of(person)
        holder = self._staying.get(identity)
        if holder is not None and holder.number != row.number:
            is_left = holder.line is None or not holder.line.is_touched
            yield Problem("name", SAME_PERSON if is_left else IN_THEIR_ROW, {"row": holder.number})
        elif identity in self._named:
            yield Problem("name", SAME_PERSON, {"row": self._named[identity]})
        if document and document in self._holders:
            yield Problem("document_number", SAME_DOCUMENT, {"row": self._holders[document]})
        if row.participant is None or row.participant.role is not person.role:
            if self._room[person.role] <= 0:
                refusal = no_room(person.role, self._booking)
                yield Problem("role", refusal.words, refusal.facts)
            self._room[person.role] -= 1
        self._named.setdefault(identity, row.number)
        if document:
            self._holders.setdefault(document, row.number)


def _is_kept_already(participant: Participant, person: Person, fields: Sequence[str]) -> bool:
    kept, wanted = values_of(participant), values_of(person)
    return all(kept[name] == wanted[name] for name in fields)


def _cut(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text[:LONGEST_CELL] for name, text in values.items()}


def _merged(participant: Participant, values: Mapping[str, str]) -> dict[str, str]:
    """What is typed over what is kept. Of the veiled fields an empty cell says nothing, nor does the mask itself."""
    kept = values_of(participant)
    masks = {name: mask_phone(kept[name]) for name in PHONES}
    masks["document_number"] = mask_document(kept["document_number"])
    typed = {name: text for name, text in values.items() if name not in VEILED or text not in ("", masks.get(name))}
    return {**kept, **typed, **{name: "" for name in PHONES if says_nothing(typed.get(name, ""))}}


def _now(name: str, text: str) -> Problem:
    words = _CHOICES.get(name, {}).get(text, text)
    return Problem(name, NOW, {"text": words}) if text else Problem(name, NOW_EMPTY)
