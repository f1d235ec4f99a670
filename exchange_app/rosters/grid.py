"""A roster edited as one table: which of its rows were touched, what they say now, and what is wrong in which cell.

A row carries a mark of what it was served with. So a row that nobody touched is left alone whatever became of the
person meanwhile, and one that two people touched is told to the second of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.reading import SAME_DOCUMENT, SAME_PERSON
from exchange_app.rosters.rules import Person, Problem, Role, check_person, fields_asked
from exchange_app.rosters.rules.choices import (
    DOCUMENT_WORDS,
    ROLE_WORDS,
    SEX_WORDS,
    check_document_type,
    check_role,
    check_sex,
)
from exchange_app.rosters.rules.names import says_nothing
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.rules.showing import PHONES, VEILED

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
_UNDERSTOOD: Mapping[str, Callable[[str], Any]] = {
    "role": check_role,
    "sex": check_sex,
    "document_type": check_document_type,
}
_CHOICES: Mapping[str, Mapping[Any, Any]] = {
    "role": ROLE_WORDS,
    "sex": SEX_WORDS,
    "document_type": DOCUMENT_WORDS,
}


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A row as it came back. ``key`` is its name in the form; ``seen``, its mark, is missing where the row is new, and
    whose it is: a person's (``person_id``), or one of a list that was set aside (``aside_id``)."""

    key: str
    values: Mapping[str, str]
    person_id: int | None = None
    aside_id: int | None = None
    seen: str = ""
    is_out: bool = False

    @property
    def is_touched(self) -> bool:
        return self.seen[_MARK:] != _fingerprint(self.values)

    @property
    def is_of_somebody(self) -> bool:
        return self.person_id is not None or self.aside_id is not None

    @property
    def is_blank(self) -> bool:
        """Whether it names nobody; each fresh row has a role."""
        return not any(text for name, text in self.values.items() if name != "role")


@dataclass(frozen=True, slots=True, repr=False)
class TableRow:
    """One row of the table: whose it is, if anybody's yet, or which row that was set aside; and what came back of it,
    if anything did."""

    participant: Participant | None = None
    aside: UnmendedRow | None = None
    line: Line | None = None
    number: int = 0


@dataclass(slots=True, repr=False)
class Edit:
    """What is to be done, and what is wrong, by the key of the row."""

    added: list[Person] = field(default_factory=list)
    changed: list[tuple[Participant, Person]] = field(default_factory=list)
    removed: list[Participant] = field(default_factory=list)
    mended: list[UnmendedRow] = field(default_factory=list)
    dropped: list[UnmendedRow] = field(default_factory=list)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)  # marks of the rows whose change by others is told

    @property
    def counts(self) -> dict[str, int]:
        """Empty where nothing is to be done."""
        counts = {"added": len(self.added), "changed": len(self.changed), "removed": len(self.removed)}
        return counts if any(counts.values()) else {}


def shown_values(participant: Participant, fields: Sequence[str]) -> dict[str, str]:
    """What the cells of a fresh table hold."""
    return _shown(values_of(participant), fields)


def _shown(kept: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    return {name: "" if name in VEILED else kept[name] for name in fields}


def mark_of(participant: Participant, fields: Sequence[str]) -> str:
    """Of all that is kept, and of what is shown of it. Keyed: nobody learns a value from it."""
    kept = values_of(participant)
    return _fingerprint({**kept, "uid": participant.uid}) + _fingerprint(_shown(kept, fields))


def values_aside(aside: UnmendedRow, fields: Sequence[str]) -> dict[str, str]:
    """As they were written; one of a few where it can be understood."""
    written = aside.content["values"]
    return {name: _understood(name, written.get(name, "")) for name in fields}


def _understood(name: str, text: str) -> str:
    try:
        return str(_UNDERSTOOD[name](text) or "") if name in _UNDERSTOOD else text
    except Misfit:
        return text


def mark_aside(aside: UnmendedRow, fields: Sequence[str]) -> str:
    return _fingerprint({"uid": aside.uid}) + _fingerprint(values_aside(aside, fields))


def _fingerprint(values: Mapping[str, str]) -> str:
    content = "\0".join(f"{name}={values[name]}" for name in sorted(values))
    return keys().fingerprint(content, "row of a roster")[:_MARK]


def lay_out(known: Sequence[Participant], aside: Sequence[UnmendedRow], lines: Sequence[Line]) -> list[TableRow]:
    """The persons in their order and the rows that were set aside, with what came back of them; then the rows of nobody
    who is there."""
    of_persons = {line.person_id: line for line in lines if line.person_id is not None}
    of_aside = {line.aside_id: line for line in lines if line.aside_id is not None}
    rows = [TableRow(participant=one, line=of_persons.pop(one.id, None)) for one in known]
    rows += [TableRow(aside=one, line=of_aside.pop(one.id, None)) for one in aside]
    is_left = {line.key for line in (*of_persons.values(), *of_aside.values())}
    others = [line for line in lines if (not line.is_of_somebody or line.key in is_left) and _is_wanted(line)]
    rows += [TableRow(line=line) for line in others]
    return [replace(row, number=number) for number, row in enumerate(rows, start=1)]


def _is_wanted(line: Line) -> bool:
    """Whether a row of nobody who is there would put somebody in."""
    return not line.is_out and not line.is_blank and (not line.seen or line.is_touched)


def judge(booking: Booking, rows: Sequence[TableRow], *, today: date) -> Edit:
    """What the table asks for. A person's row that was left as it was served is not judged; one that was set aside and
    left so is taken if it is right by now, and else stays aside."""
    judging = _Judging(booking, rows, asked_of(booking), today)
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
            if row.line is None:
                continue
            if row.participant is None:
                self._read_new(row, row.line)
            elif row.line.is_out:
                self._read_out(row.participant, row.line)
            elif row.line.is_touched:
                self._read_changed(row, row.participant, row.line)

    def _read_new(self, row: TableRow, line: Line) -> None:
        checked = check_person(_cut(line.values), self.asked, today=self.today)
        if row.aside and line.is_out:
            self.edit.dropped.append(row.aside)
        elif line.person_id is not None and line.seen:
            self._mark(line, Problem("name", GONE), told="")
        elif isinstance(checked, Person) or not _may_stay_aside(row, line):
            self._keep_if_right(row, line, checked)

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
            if not problems:
                comparing.take(row, person)
                self._do(row, person)
            elif row.line and not _may_stay_aside(row, row.line):
                self._mark(row.line, *problems)

    def _do(self, row: TableRow, person: Person) -> None:
        if row.participant:
            self.edit.changed.append((row.participant, person))
            return
        self.edit.added.append(person)
        if row.aside:
            self.edit.mended.append(row.aside)


def _may_stay_aside(row: TableRow, line: Line) -> bool:
    return row.aside is not None and not line.is_touched


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
        if _needs_seat(row, person) and self._room[person.role] <= 0:
            refusal = no_room(person.role, self._booking)
            yield Problem("role", refusal.words, refusal.facts)

    def take(self, row: TableRow, person: Person) -> None:
        self._room[person.role] -= _needs_seat(row, person)
        self._named[identity_hash_of(self._booking, person)] = row.number
        self._holders[document_hash_of(person)] = row.number


def _needs_seat(row: TableRow, person: Person) -> bool:
    return row.participant is None or row.participant.role is not person.role


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
