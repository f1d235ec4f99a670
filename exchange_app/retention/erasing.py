"""What goes, kind by kind, a portion at a time: each in a transaction, locked, so that two workers share the work and
none of it is done twice or half."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, null, or_, select, update

from exchange_app.bookings.models import Approval, Booking, BookingEvent, ChangeRequest, Message
from exchange_app.bookings.rules import BookingState
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentNotice, DeletionRequest
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.service import delete_requests
from exchange_app.papers.models import PaperTick
from exchange_app.retention import due
from exchange_app.retention.models import Breach, Erasure
from exchange_app.retention.rules import Kept
from exchange_app.rosters.models import Disclosure, Export, Participant, UnmendedRow
from exchange_app.rosters.service import NO_ROSTER
from exchange_app.trips.models import HostNotes, Incident, Place, RollCall, Wish

PORTION = 50
ROWS_AT_ONCE = 500
WRITTEN_BY_PEOPLE = ("reason", "comment", "subject")  # facts of a booking's history
OVER = (DepartureState.DONE, DepartureState.CALLED_OFF)


@dataclass(frozen=True, slots=True)
class Erased:
    """What a portion came to: of how many groups, departures or rows, and how many persons or rows went."""

    subjects: int
    count: int


def erase_portion(kept: Kept, now: datetime) -> Erased:
    """The next that is due of this kind; what another worker has in hand is left to it."""
    match kept:
        case Kept.DOCUMENTS | Kept.ROSTERS | Kept.ANSWERS:
            return _erase_of_groups(kept, now)
        case Kept.MESSAGES:
            return _erase_of_departures(now)
        case Kept.INCIDENTS:
            return _erase_rows(Incident, select(Incident.id).where(due.is_old(kept, now)))
        case Kept.DISCLOSURES:
            return _erase_rows(Disclosure, select(Disclosure.id).where(due.is_old(kept, now)))
        case Kept.EXPORTS:
            return _erase_rows(Export, select(Export.id).where(due.is_old(kept, now)))
        case Kept.BREACHES:
            return _erase_rows(Breach, due.select_breaches(now))
        case Kept.HELP_REQUESTS:
            return _erase_help_requests(now)


def count_of_groups(kept: Kept, booking_ids: Collection[int]) -> Mapping[int, int]:
    """How many persons, or answers, of each of these groups there are to go."""
    counts: dict[int, int] = dict.fromkeys(booking_ids, 0)
    for query in _counted(kept, booking_ids):
        for booking_id, count in db.session.execute(query):
            counts[booking_id] += count
    return counts


def _counted(kept: Kept, ids: Collection[int]) -> Iterable[Select[int, int]]:
    match kept:
        case Kept.DOCUMENTS:
            yield _rows_by_group(Participant, ids).where(due.HOLDS_DOCUMENTS)
            yield _rows_by_group(UnmendedRow, ids)
        case Kept.ROSTERS:
            yield _rows_by_group(Participant, ids)
        case _:
            yield _rows_by_group(ConsentAnswer, ids)


def _rows_by_group(table: Any, ids: Collection[int]) -> Select[int, int]:
    return select(table.booking_id, func.count()).where(table.booking_id.in_(ids)).group_by(table.booking_id)


def _erase_of_groups(kept: Kept, now: datetime) -> Erased:
    ids = db.session.scalars(
        due.select_groups(kept, now).limit(PORTION).with_for_update(of=Booking, skip_locked=True, key_share=True)
    ).all()
    counts = count_of_groups(kept, ids)
    if ids:
        ERASERS[kept](ids, now)
        _note(kept, counts, now)
    return Erased(len(ids), sum(counts.values()))


def _note(kept: Kept, counts: Mapping[int, int], now: datetime) -> None:
    """A group that came back to life and ended again has gone twice."""
    statement = insert_unless_there(Erasure)
    rows = [{"booking_id": booking_id, "kept": kept, "at": now, "count": 0} for booking_id in counts]
    db.session.execute(statement, rows)
    for booking_id, count in counts.items():
        change_rows(
            update(Erasure)
            .where(Erasure.booking_id == booking_id, Erasure.kept == kept)
            .values(at=now, count=Erasure.count + count)
        )


def _erase_documents(ids: Sequence[int], now: datetime) -> None:
    change_rows(
        update(Participant)
        .where(Participant.booking_id.in_(ids), due.HOLDS_DOCUMENTS)
        .values(
            document_type_sealed=null(),
            document_number_sealed=null(),
            document_hash=null(),
            health_note_sealed=null(),
            meal_need_sealed=null(),
        )
    )
    _delete(UnmendedRow, ids)


def _erase_rosters(ids: Sequence[int], now: datetime) -> None:
    """What hangs on the persons goes with them. The numbers stay for the figures, but for those of a group that could
    still be accepted: nobody of it is named any more."""
    for table in (UnmendedRow, Wish, Place, RollCall, Participant):
        _delete(table, ids)
    is_over = select(Departure.id).where(Departure.state.in_(OVER))
    could_come = Booking.state == BookingState.DECLINED, Booking.departure_id.not_in(is_over)
    change_rows(update(Booking).where(Booking.id.in_(ids), *could_come).values(named=0))
    change_rows(
        update(Booking)
        .where(Booking.id.in_(ids))
        .values(contact_name=null(), contact_email=null(), contact_phone_sealed=null())
    )
    change_rows(update(Incident).where(Incident.booking_id.in_(ids)).values(names_sealed=null()))
    change_rows(update(PaperTick).where(PaperTick.booking_id.in_(ids)).values(note=""))
    change_rows(update(Approval).where(Approval.booking_id.in_(ids)).values(comment=""))
    change_rows(update(ChangeRequest).where(ChangeRequest.booking_id.in_(ids)).values(reason="", comment=null()))
    _forget_words_of_history(ids)
    settle_requests(DeletionRequest.booking_id.in_(ids), now)


def _forget_words_of_history(ids: Sequence[int]) -> None:
    """What was done and when stays, without what people wrote about it."""
    events = db.session.execute(select(BookingEvent.id, BookingEvent.facts).where(BookingEvent.booking_id.in_(ids)))
    for event_id, facts in events.all():
        words = {name for name in WRITTEN_BY_PEOPLE if facts.get(name) not in (None, "", "—", NO_ROSTER)}
        if words:
            plain = {**facts, **dict.fromkeys(words, ""), **({"subject": "—"} if "subject" in words else {})}
            change_rows(update(BookingEvent).where(BookingEvent.id == event_id).values(facts=plain))


def _erase_answers(ids: Sequence[int], now: datetime) -> None:
    for table in (ConsentAnswer, ConsentLink, ConsentNotice, DeletionRequest):  # answers name the next two
        _delete(table, ids)


ERASERS: Mapping[Kept, Callable[[Sequence[int], datetime], None]] = {
    Kept.DOCUMENTS: _erase_documents,
    Kept.ROSTERS: _erase_rosters,
    Kept.ANSWERS: _erase_answers,
}


def _delete(table: Any, booking_ids: Sequence[int]) -> None:
    change_rows(delete(table).where(table.booking_id.in_(booking_ids)))


def _erase_of_departures(now: datetime) -> Erased:
    ids = db.session.scalars(
        due.select_departures(now).limit(PORTION).with_for_update(of=Departure, skip_locked=True, key_share=True)
    ).all()
    count = change_rows(delete(Message).where(Message.departure_id.in_(ids)))
    count += change_rows(delete(HostNotes).where(HostNotes.departure_id.in_(ids)))
    return Erased(len(ids), count)


def _erase_rows(table: Any, ids: Select[int]) -> Erased:
    found = db.session.scalars(ids.limit(ROWS_AT_ONCE).with_for_update(of=table, skip_locked=True)).all()
    count = change_rows(delete(table).where(table.id.in_(found)))
    return Erased(len(found), count)


def _erase_help_requests(now: datetime) -> Erased:
    locked = due.select_help_requests(now).limit(PORTION).with_for_update(of=HelpRequest, skip_locked=True)
    ids = db.session.scalars(locked).all()
    return Erased(len(ids), delete_requests(ids, now) if ids else 0)


def settle_requests(whose: Any, now: datetime, *, by_id: int | None = None) -> None:
    """What was asked for is done."""
    is_open = DeletionRequest.done_at.is_(None)
    change_rows(update(DeletionRequest).where(or_(whose), is_open).values(done_at=now, done_by_id=by_id))
