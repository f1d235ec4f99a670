"""What a leader does with a roster: import it, mend rows, add, change and remove persons; register a whole group."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert

from exchange_app.accounts.models import User
from exchange_app.bookings import changes, letters
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import MoreAreNamed, NamedMeanwhile
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.queries import find_open_request
from exchange_app.bookings.rules import BookingState, Party, adults_needed
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.core.sealing import keys, new_uid, sealed_context
from exchange_app.core.text import in_every_language
from exchange_app.departures.models import Departure
from exchange_app.rosters import queries
from exchange_app.rosters.errors import (
    HealthNoteRefused,
    PersonAlreadyNamed,
    RowStillWrong,
    TooManyPupils,
    TooManyStaff,
)
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.reading import Reading, RowToMend
from exchange_app.rosters.rules import FIELDS, Person, Problem, Role, check_person, identity_of

DOCUMENT_FIELDS = frozenset({"document_type", "document_number"})
NO_ROSTER = "no_roster"  # the reason why a group does not come; `bookings.labels` has its words
UNSHOWN_FIELDS = ("document_number", "health_note")  # never shown in full, not even where they are changed
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


def asked_of(booking: Booking) -> frozenset[str]:
    """The optional fields that this booking's roster may hold now: document numbers only once it is confirmed."""
    package = booking.departure.package
    return package.asked_fields if booking.state is BookingState.CONFIRMED else asked_before_confirmation(package)


def asked_before_confirmation(package: Package) -> frozenset[str]:
    return package.asked_fields - DOCUMENT_FIELDS


def register_group(
    departure: Departure,
    party: Party,
    reading: Reading,
    contact: Contact,
    *,
    form_token: str,
    by: User,
    now: datetime,
) -> Booking:
    """Hold seats, keep the roster and submit, in one step: for a leader who has everything at hand.

    Where rows have to be mended, the booking stays held with its right rows. The same form sent twice answers with the
    booking it made the first time. Raises the refusals of `bookings.service.hold_seats`.
    """
    with db.session.no_autoflush:  # so that everything about the booking is written at once, right before its seats
        booking, pools = bookings.open_booking(departure, party, form_token=form_token, by=by, now=now, contact=contact)
        if pools is None:
            return booking
        imported = _keep(booking, reading, (), now)
        if reading.right or reading.to_mend:
            bookings.record(booking, "roster", by=by, now=now, added=imported.added, to_mend=imported.to_mend)
        if imported.to_mend:
            letters.write_held(booking, now)
        else:
            bookings.submit_booking(booking, by=by, now=now)
        db.session.flush()
        bookings.claim_seats(booking, pools)
    return booking


def import_roster(booking: Booking, reading: Reading, *, by: User, now: datetime) -> Imported:
    """Keep the right rows and set aside those to mend; a person who is there already is brought up to date.

    Rows beyond the seats that were booked are set aside too. Raises HoldExpired, StepNotAllowed or RosterLocked.
    """
    bookings.check_open_for_roster(booking, now)
    db.session.execute(delete(UnmendedRow).where(UnmendedRow.booking_id == booking.id))
    imported = _keep(booking, reading, queries.list_participants(booking.id), now)
    bookings.record(
        booking, "roster", by=by, now=now, added=imported.added, changed=imported.changed, to_mend=imported.to_mend
    )
    return imported


def mend_row(booking: Booking, row_id: int, values: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Take a row that was set aside, with the values as mended. Raises RowStillWrong and the refusals of add_person."""
    row = queries.get_unmended(booking, row_id)
    add_person(booking, values, by=by, now=now)
    db.session.delete(row)


def drop_row(booking: Booking, row_id: int, *, now: datetime) -> None:
    """Forget a row that was set aside. Raises PersonNotFound, HoldExpired, StepNotAllowed or RosterLocked."""
    bookings.check_open_for_roster(booking, now)
    db.session.delete(queries.get_unmended(booking, row_id))


def add_person(booking: Booking, values: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Raises RowStillWrong, PersonAlreadyNamed, TooManyPupils, TooManyStaff, HoldExpired, StepNotAllowed or
    RosterLocked."""
    bookings.check_open_for_roster(booking, now)
    person = _checked(booking, values, now)
    if queries.find_participant(booking.id, _identity_hash(booking, person)):
        raise PersonAlreadyNamed()
    _check_room(booking, person.role)
    _insert_people(booking, [person], first_position=queries.last_position(booking.id) + 1)
    bookings.record(booking, "person_added", by=by, now=now)


def change_person(booking: Booking, participant_id: int, values: Mapping[str, str], *, by: User, now: datetime) -> None:
    """What a form does not show and so leaves empty (UNSHOWN_FIELDS) stays as it was. Raises HealthNoteRefused,
    PersonNotFound and the refusals of add_person."""
    bookings.check_open_for_roster(booking, now)
    participant = queries.get_participant(booking, participant_id)
    person = _checked(booking, {**values, **_unshown(participant, values)}, now)
    if person.health_note and participant.is_health_note_refused:
        raise HealthNoteRefused()
    _check_place(participant, booking, person)
    _rewrite(participant, booking, person)
    bookings.record(booking, "person_changed", by=by, now=now)


def _check_place(participant: Participant, booking: Booking, person: Person) -> None:
    """Raises PersonAlreadyNamed, TooManyPupils or TooManyStaff."""
    namesake = queries.find_participant(booking.id, _identity_hash(booking, person))
    if namesake is not None and namesake.id != participant.id:
        raise PersonAlreadyNamed()
    if person.role is not participant.role:
        _check_room(booking, person.role)


def _unshown(participant: Participant, values: Mapping[str, str]) -> dict[str, str]:
    return {field: getattr(participant, field) or "" for field in UNSHOWN_FIELDS if not values.get(field)}


def remove_person(booking: Booking, participant_id: int, *, by: User, now: datetime) -> None:
    """Raises PersonNotFound, HoldExpired, StepNotAllowed or RosterLocked."""
    bookings.check_open_for_roster(booking, now)
    db.session.delete(queries.get_participant(booking, participant_id))
    booking.named -= 1
    bookings.record(booking, "person_removed", by=by, now=now)


def swap_person(booking: Booking, participant_id: int, values: Mapping[str, str], *, by: User, now: datetime) -> None:
    """Another person takes the seat: nothing of the former one stays. Raises PersonNotFound and the refusals of
    add_person."""
    bookings.check_open_for_roster(booking, now)
    participant = queries.get_participant(booking, participant_id)
    person = _checked(booking, values, now)
    _check_place(participant, booking, person)
    participant.uid = new_uid()
    participant.is_health_note_refused = False
    _rewrite(participant, booking, person)
    bookings.record(booking, "person_swapped", by=by, now=now)


def cancel_person(booking: Booking, participant_id: int, *, by: User, now: datetime) -> None:
    """One person does not come, and the seat is free for others. Raises PersonNotFound, TooFewAdults, NobodyComes,
    HostMustAgree, and as remove_person does."""
    bookings.check_open_for_roster(booking, now)
    participant = queries.get_participant(booking, participant_id)
    party = Party(booking.pupils - (participant.role is Role.PUPIL), booking.staff - (participant.role is Role.STAFF))
    db.session.delete(participant)
    booking.named -= 1
    bookings.record(booking, "person_cancelled", by=by, now=now)
    changes.change_party(booking, party, by=by, now=now)


def change_party(booking: Booking, party: Party, *, by: User, now: datetime) -> None:
    """More or fewer pupils and staff, but never fewer than are named. Raises MoreAreNamed and as
    `bookings.changes.change_party` does."""
    check_named(booking, party)
    changes.change_party(booking, party, by=by, now=now)


def check_named(booking: Booking, party: Party) -> None:
    """Raises MoreAreNamed where the roster names more than the party would have."""
    named = queries.count_roles(booking.id)
    if named[Role.PUPIL] > party.pupils or named[Role.STAFF] > party.staff:
        raise MoreAreNamed(pupils=named[Role.PUPIL], staff=named[Role.STAFF])


def grant_change(booking: Booking, *, comment: str = "", by: User, now: datetime) -> None:
    """As `bookings.changes.grant_change`; of other numbers never fewer than are named by now. Raises NamedMeanwhile
    too."""
    request = find_open_request(booking.id)
    if request is not None and request.kind is ChangeKind.PARTY:
        try:
            check_named(booking, Party(**request.facts))
        except MoreAreNamed as more:
            raise NamedMeanwhile(**more.facts) from None
    changes.grant_change(booking, comment=comment, by=by, now=now)


def lock_rosters(now: datetime) -> int:
    """A roster that was due is closed, and seats that nobody was named for go back; says whether there was one. Each in
    a transaction of its own, so that the seats of no two groups are locked at once.

    Seats of adults whom the supervision rule needs stay. A group of which no pupil is named does not come at all.
    """
    booking = queries.lock_due(now)
    if booking is None:
        return 0
    booking.roster_locked_at = now
    _give_unfilled_back(booking, now)
    db.session.flush()
    return 1


def _give_unfilled_back(booking: Booking, now: datetime) -> None:
    named = queries.count_roles(booking.id)
    pupils = min(booking.pupils, named[Role.PUPIL])
    if pupils == 0:
        bookings.end_booking(booking, reason=NO_ROSTER, by=None, now=now)
        return
    needed = adults_needed(pupils, booking.departure.persons_per_adult)
    staff = min(booking.staff, max(named[Role.STAFF], needed))
    party = Party(pupils, staff)
    if party != booking.party:
        bookings.record(booking, "roster_locked", by=None, now=now)
        changes.give_seats(booking, party, by=None, now=now, roster_was_due=True)


def phone_tail_hash(booking_id: int, digits: str) -> str:
    """The keyed hash of a phone's last four digits, of one group."""
    return keys().fingerprint(digits, f"phone_tail:{booking_id}")


def _checked(booking: Booking, values: Mapping[str, str], now: datetime) -> Person:
    checked = check_person(values, asked_of(booking), today=booking.departure.today(now))
    if not isinstance(checked, Person):
        raise RowStillWrong(checked)
    return checked


def _check_room(booking: Booking, role: Role) -> None:
    counted = queries.count_roles(booking.id)
    if role is Role.PUPIL and counted[role] >= booking.pupils:
        raise TooManyPupils(booked=booking.pupils)
    if role is Role.STAFF and counted[role] >= booking.staff:
        raise TooManyStaff(booked=booking.staff)


def _keep(booking: Booking, reading: Reading, known: Sequence[Participant], now: datetime) -> Imported:
    """Sort the right rows into new persons, persons known before, and rows beyond the booked seats."""
    room = {Role.PUPIL: booking.pupils, Role.STAFF: booking.staff}
    for present in known:
        room[present.role] -= 1
    by_identity = {participant.identity_hash: participant for participant in known}
    new: list[Person] = []
    to_mend = list(reading.to_mend)
    notes_refused = 0
    for number, person in reading.right:
        participant = by_identity.get(_identity_hash(booking, person))
        role_before = participant.role if participant else None
        if person.role is not role_before:
            if room[person.role] <= 0:
                to_mend.append(_beyond_seats(number, person, booking))
                continue
            room[person.role] -= 1
            if role_before:
                room[role_before] += 1
        if participant is None:
            new.append(person)
        else:
            if person.health_note and participant.is_health_note_refused:
                person = replace(person, health_note="")
                notes_refused += 1
            _bring_up_to_date(participant, booking, person, now)
    _insert_people(booking, new, first_position=max((one.position for one in known), default=0) + 1)
    _set_aside(booking, to_mend, now)
    changed = len(reading.right) + len(reading.to_mend) - len(to_mend) - len(new)
    return Imported(len(new), changed, len(to_mend), notes_refused, reading.left_out)


def _identity_hash(booking: Booking, person: Person) -> str:
    return keys().fingerprint(identity_of(person), f"identity:{booking.id}")


def _beyond_seats(number: int, person: Person, booking: Booking) -> RowToMend:
    refusal = TooManyPupils(booked=booking.pupils) if person.role is Role.PUPIL else TooManyStaff(booked=booking.staff)
    return RowToMend(number, values_of(person), (Problem("role", refusal.words, refusal.facts),))


def values_of(person: Person | Participant) -> dict[str, str]:
    """Every field as a form shows it; "" where there is nothing."""
    return {field: _as_text(getattr(person, field)) for field in FIELDS}


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _insert_people(booking: Booking, people: Sequence[Person], *, first_position: int) -> None:
    if not people:
        return
    rows = [_row_of(booking, person, position) for position, person in enumerate(people, start=first_position)]
    db.session.execute(insert(Participant.__table__), rows)
    booking.named += len(people)


def _row_of(booking: Booking, person: Person, position: int) -> dict[str, Any]:
    uid = new_uid()
    row: dict[str, Any] = {"uid": uid, "booking_id": booking.id, "position": position, "role": person.role}
    for field in SEALED_FIELDS:
        text = _as_text(getattr(person, field))
        row[f"{field}_sealed"] = (
            keys().seal(text, sealed_context(Participant.__tablename__, field, uid)) if text else None
        )
    return row | _hashes(booking, person)


def _hashes(booking: Booking, person: Person) -> dict[str, str | None]:
    digits = "".join(sign for sign in person.guardian_phone or "" if sign.isdigit())
    document = f"{person.document_type}\0{person.document_number}" if person.document_number else None
    return {
        "identity_hash": _identity_hash(booking, person),
        "document_hash": keys().fingerprint(document, "document") if document else None,
        "phone_tail_hash": phone_tail_hash(booking.id, digits[-4:]) if len(digits) >= 4 else None,
    }


def _rewrite(participant: Participant, booking: Booking, person: Person) -> None:
    participant.role = person.role
    for field in SEALED_FIELDS:
        setattr(participant, field, _as_text(getattr(person, field)))
    for column, value in _hashes(booking, person).items():
        setattr(participant, column, value)


def _bring_up_to_date(participant: Participant, booking: Booking, person: Person, now: datetime) -> None:
    """What a later spreadsheet does not mention stays as it was."""
    merged = {**values_of(participant), **{field: text for field, text in values_of(person).items() if text}}
    checked = check_person(merged, asked_of(booking), today=booking.departure.today(now))
    _rewrite(participant, booking, checked if isinstance(checked, Person) else person)


def _set_aside(booking: Booking, rows: Sequence[RowToMend], now: datetime) -> None:
    if rows:
        db.session.execute(insert(UnmendedRow.__table__), [_aside(booking, row, now) for row in rows])


def _aside(booking: Booking, row: RowToMend, now: datetime) -> dict[str, Any]:
    problems = [{"field": problem.field, "words": in_every_language(problem)} for problem in row.problems]
    content = json.dumps({"values": row.values, "problems": problems}, ensure_ascii=False)
    uid = new_uid()
    return {
        "uid": uid,
        "booking_id": booking.id,
        "row_number": row.number,
        "values_json_sealed": keys().seal(content, sealed_context(UnmendedRow.__tablename__, "values_json", uid)),
        "read_at": now,
    }
