"""What a leader does with a roster: import it, mend rows, add, change and remove persons; register a whole group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete

from exchange_app.accounts.models import User
from exchange_app.bookings import changes, holding, letters
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import MoreAreNamed, NamedMeanwhile
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.queries import find_open_request
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import adults_needed
from exchange_app.rosters import queries
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.errors import (
    DocumentNamedTwice,
    GridRefused,
    HealthNoteRefused,
    PersonAlreadyNamed,
    RowStillWrong,
    TooManyPupils,
    TooManyStaff,
)
from exchange_app.rosters.grid import Edit, Line, judge, lay_out
from exchange_app.rosters.keeping import (
    Imported,
    document_hash_of,
    forget_rows,
    identity_hash_of,
    insert_people,
    keep_reading,
    remove_people,
    rewrite,
    rewrite_people,
    take_over,
)
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.reading import Reading
from exchange_app.rosters.rules import Person, Role, check_person
from exchange_app.rosters.rules.showing import VEILED

NO_ROSTER = "no_roster"  # the reason why a group does not come; `bookings.labels` has its words


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
        imported = keep_reading(booking, reading, (), now)
        if reading.right or reading.to_mend:
            bookings.record(booking, "roster", by=by, now=now, added=imported.added, to_mend=imported.to_mend)
        if imported.to_mend:
            letters.write_held(booking, now)
        else:
            bookings.submit_booking(booking, by=by, now=now)
        db.session.flush()
        bookings.claim_seats(booking, pools)
    return booking


def hold_again(booking: Booking, party: Party, *, by: User, now: datetime) -> None:
    """As `bookings.holding.hold_again`, but never for fewer than are named. Raises MoreAreNamed too."""
    check_named(booking, party)
    holding.hold_again(booking, party, by=by, now=now)
    booking.named = sum(queries.count_roles(booking.id).values())  # a roster may have gone with its time meanwhile


def import_roster(booking: Booking, reading: Reading, *, by: User, now: datetime) -> Imported:
    """Keep the right rows and set aside those to mend; a person who is there already is brought up to date.

    Rows beyond the seats that were booked are set aside too. Raises HoldExpired, StepNotAllowed or RosterLocked.
    """
    bookings.check_open_for_roster(booking, now)
    db.session.execute(delete(UnmendedRow).where(UnmendedRow.booking_id == booking.id))
    imported = keep_reading(booking, reading, queries.list_participants(booking.id), now)
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
    """Raises RowStillWrong, PersonAlreadyNamed, DocumentNamedTwice, TooManyPupils, TooManyStaff, HoldExpired,
    StepNotAllowed or RosterLocked."""
    bookings.check_open_for_roster(booking, now)
    person = _checked(booking, values, now)
    if queries.find_participant(booking.id, identity_hash_of(booking, person)):
        raise PersonAlreadyNamed()
    _check_document(booking, person)
    _check_room(booking, person.role)
    insert_people(booking, [person], first_position=queries.last_position(booking.id) + 1)
    bookings.record(booking, "person_added", by=by, now=now)


def change_person(booking: Booking, participant_id: int, values: Mapping[str, str], *, by: User, now: datetime) -> None:
    """What the form does not show and so leaves empty (VEILED) stays as it was. Raises HealthNoteRefused,
    PersonNotFound and the refusals of add_person."""
    bookings.check_open_for_roster(booking, now)
    participant = queries.get_participant(booking, participant_id)
    person = _checked(booking, {**values, **_unshown(participant, values)}, now)
    if person.health_note and participant.is_health_note_refused:
        raise HealthNoteRefused()
    _check_place(participant, booking, person)
    rewrite(participant, booking, person)
    bookings.record(booking, "person_changed", by=by, now=now)


def _check_place(participant: Participant, booking: Booking, person: Person) -> None:
    """Raises PersonAlreadyNamed, DocumentNamedTwice, TooManyPupils or TooManyStaff."""
    namesake = queries.find_participant(booking.id, identity_hash_of(booking, person))
    if namesake is not None and namesake.id != participant.id:
        raise PersonAlreadyNamed()
    _check_document(booking, person, participant)
    if person.role is not participant.role:
        _check_room(booking, person.role)


def _check_document(booking: Booking, person: Person, participant: Participant | None = None) -> None:
    """Raises DocumentNamedTwice where somebody else of the group has this document."""
    document_hash = document_hash_of(person)
    holder = queries.find_holder(booking.id, document_hash) if document_hash else None
    if holder is not None and (participant is None or holder.id != participant.id):
        raise DocumentNamedTwice()


def _unshown(participant: Participant, values: Mapping[str, str]) -> dict[str, str]:
    return {field: getattr(participant, field) or "" for field in VEILED if not values.get(field)}


def save_grid(booking: Booking, lines: Sequence[Line], *, by: User, now: datetime) -> Edit:
    """Add, change and take out what the table says, all of it or nothing. Raises GridRefused, HoldExpired,
    StepNotAllowed or RosterLocked."""
    bookings.check_open_for_roster(booking, now)
    known, aside = queries.list_participants(booking.id), queries.list_unmended(booking.id)
    edit = judge(booking, lay_out(known, aside, lines), today=booking.departure.today(now))
    if edit.problems:
        raise GridRefused(edit.problems, edit.told)
    remove_people(booking, edit.removed)
    rewrite_people(booking, edit.changed)
    insert_people(booking, edit.added, first_position=max((one.position for one in known), default=0) + 1)
    forget_rows([*edit.mended, *edit.dropped])
    if counts := edit.counts:
        bookings.record(booking, "roster_edited", by=by, now=now, **counts)
    return edit


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
    take_over(participant, booking, person)
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
