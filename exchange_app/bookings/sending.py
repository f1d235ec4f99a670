"""Whether a letter about a booking is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.bookings.calendar import Method, Sender, itinerary, itinerary_file
from exchange_app.bookings.labels import reason_in_words
from exchange_app.bookings.links import booking_path, certificates_path, check_path, survey_path
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.queries import (
    count_confirmations,
    find_open_request,
)
from exchange_app.bookings.queue import place_in_line
from exchange_app.bookings.reminders import ONE_DAY, THREE_DAYS, is_still_true
from exchange_app.bookings.rescheduling import meeting_in, meeting_of
from exchange_app.bookings.rules import CHANGEABLE, GOING_ON, MOST_PASSES, OFFER_LENGTH, BookingState, Party
from exchange_app.catalogue.models import Approver, MenuItem, Package, Stop
from exchange_app.core.codes import spaced_code
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import list_alternatives
from exchange_app.outbox.kinds import Calendar, Kind
from exchange_app.outbox.models import Letter, LetterState, Urgency
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.rendering import host_of_links, sender


def load_bookings(ids: Collection[int]) -> Mapping[int, Booking]:
    """Bookings with all that a letter may say about them, as they are in the database now."""
    package = joinedload(Booking.departure).joinedload(Departure.package)
    found = db.session.scalars(
        select(Booking)
        .where(Booking.id.in_(ids))
        .options(
            joinedload(Booking.school),
            joinedload(Booking.leader),
            joinedload(Booking.departure).joinedload(Departure.pool),
            package.joinedload(Package.host_city),
            package.joinedload(Package.organiser),
            package.selectinload(Package.reminders),
            package.selectinload(Package.stops).joinedload(Stop.menu_item).joinedload(MenuItem.base),
        )
        .execution_options(populate_existing=True)
    )
    return {booking.id: booking for booking in found}


def words_for(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    """The names that every letter about a booking may use."""
    departure = booking.departure
    public_url = setting("PUBLIC_URL")
    return {
        "booking": booking,
        "departure": departure,
        "package": departure.package,
        "host": departure.package.organiser,
        "code": spaced_code(booking.code),
        "leader_name": booking.contact_name or booking.leader.name,
        "zone": zone_of(departure),
        "days": itinerary(departure),
        "reason": reason_in_words(letter.facts.get("reason", "")),
        "facts": letter.facts,
        "check_url": public_url + check_path(booking),
        "booking_url": public_url + booking_path(booking),
        "certificates_url": public_url + certificates_path(booking),
        "survey_url": public_url + survey_path(booking),
        "approvers": booking.approvers,
        "waits_for_host": booking.state is BookingState.SUBMITTED and booking.awaiting is Approver.HOST,
        "alternatives": _alternatives(booking, now),
        "place": place_in_line(booking) if booking.state is BookingState.WAITING else None,
        "most_passes": MOST_PASSES,
        "offer_hours": OFFER_LENGTH // timedelta(hours=1),
        **_facts_in_words(letter),
    }


def _facts_in_words(letter: Letter) -> dict[str, Any]:
    """The letter's facts as what they stand for; None where it has no such fact.

    ``party`` is what the group becomes or is asked to become, ``former`` when and where it met before, ``wanted`` the
    departure a school asks to move to.
    """
    facts = letter.facts
    return {
        "approver": Approver(facts["approver"]) if "approver" in facts else None,
        "waits_since": _moment(facts.get("since")),
        "times_reminded": facts.get("times", 0),
        "kept_until": _moment(facts.get("until")),
        "party_before": Party(facts["pupils_before"], facts["staff_before"]) if "pupils_before" in facts else None,
        "party": Party(facts["pupils"], facts["staff"]) if "pupils" in facts else None,
        "roster_was_due": facts.get("roster_was_due", False),
        "moved_from": _day(facts.get("before")),
        "moved_from_until": _day(facts.get("before_until")),
        "former": meeting_in(facts["former"]) if "former" in facts else None,
        "request_kind": ChangeKind(facts["kind"]) if "kind" in facts else None,
        "wanted": db.session.get(Departure, facts["departure_id"]) if "departure_id" in facts else None,
        "is_granted": facts.get("is_granted", False),
    }


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _alternatives(booking: Booking, now: datetime) -> Sequence[Departure]:
    """Other dates with room for the group, for those who lost theirs."""
    if booking.state not in (BookingState.CALLED_OFF, BookingState.DECLINED, BookingState.LAPSED):
        return []
    return list_alternatives(booking.departure, persons=booking.persons, now=now)


def zone_of(departure: Departure) -> ZoneInfo:
    return ZoneInfo(departure.package.host_city.time_zone)


def _while_state(*states: BookingState) -> Callable[[Booking, Letter, datetime], bool]:
    return lambda booking, letter, now: booking.state in states


def _is_left_held(booking: Booking, letter: Letter, now: datetime) -> bool:
    """By the same leader still, and not held anew since."""
    is_this_hold = booking.hold_ends_at == _moment(letter.facts["until"])
    return booking.state_at(now) is BookingState.HELD and is_this_hold and booking.leader_id == letter.facts["leader"]


def _is_offer_open(booking: Booking, letter: Letter, now: datetime) -> bool:
    return booking.state_at(now) is BookingState.OFFERED


def _is_approval_wanted(booking: Booking, letter: Letter, now: datetime) -> bool:
    """Still the same approver's turn, and the same turn."""
    since = booking.awaiting_since
    return booking.awaiting == letter.facts["approver"] and (
        since is not None and since.isoformat() == letter.facts["since"]
    )


def _is_approved_so_far(booking: Booking, letter: Letter, now: datetime) -> bool:
    """It is still the turn of whoever decides after that yes."""
    return booking.state is BookingState.SUBMITTED and booking.awaiting == letter.facts["awaiting"]


def _is_request_open(booking: Booking, letter: Letter, now: datetime) -> bool:
    """Neither answered nor withdrawn."""
    request = find_open_request(booking.id)
    return request is not None and request.id == letter.facts["request"]


def _is_meeting_so(booking: Booking, letter: Letter, now: datetime) -> bool:
    """The group still comes, and meets as the letter says: what was changed once more is told by the next letter."""
    return booking.state_at(now) in GOING_ON and meeting_of(booking.departure) == meeting_in(letter.facts["meeting"])


def _itinerary_to_keep(booking: Booking, letter: Letter, now: datetime) -> Calendar:
    return _calendar(booking, letter, Method.PUBLISH, now)


def _itinerary_to_drop(booking: Booking, letter: Letter, now: datetime) -> Calendar | None:
    """Only for those who were sent one, whichever time it was confirmed."""
    slugs = ["confirmed", *(f"confirmed:{times}" for times in range(1, count_confirmations(booking.id)))]
    confirmations = [find_letter_by_key(f"booking:{booking.id}:{slug}") for slug in slugs]
    if all(each is None or each.state is LetterState.SKIPPED for each in confirmations):
        return None
    return _calendar(booking, letter, Method.CANCEL, now)


def _itinerary_while_confirmed(booking: Booking, letter: Letter, now: datetime) -> Calendar | None:
    """Replaces the one that was sent; of a group that is not certain nobody has one, or no longer."""
    return _itinerary_to_keep(booking, letter, now) if booking.state is BookingState.CONFIRMED else None


def _itinerary_if_certain(booking: Booking, letter: Letter, now: datetime) -> Calendar | None:
    """Replaces the one that was sent for the former date, or takes it away where the new date is not certain yet."""
    if booking.state is BookingState.CONFIRMED:
        return _itinerary_to_keep(booking, letter, now)
    return _itinerary_to_drop(booking, letter, now)


def _family_itinerary(booking: Booking, letter: Letter, now: datetime) -> Calendar | None:
    """For what a family may have taken into its calendar from the page that it looked at."""
    if booking.state is BookingState.CONFIRMED:
        return _itinerary_to_keep(booking, letter, now)
    return _calendar(booking, letter, Method.CANCEL, now) if count_confirmations(booking.id) else None


def _calendar(booking: Booking, letter: Letter, method: Method, now: datetime) -> Calendar:
    publisher = Sender(address=sender().addr_spec, host=host_of_links())
    content = itinerary_file(booking, method, publisher, now, changed_at=letter.written_at)
    return Calendar(filename=f"{booking.code}.ics", method=method, content=content)


def _kind(
    name: str, words: Any, is_still_true: Callable[[Booking, Letter, datetime], bool], **more: Any
) -> Kind[Booking]:
    return Kind(name, words, load=load_bookings, is_still_true=is_still_true, context=words_for, **more)


# Families have no account: their letters lead to the page that needs none.
_to_family = partial(_kind, leads_to="check_url")

BOOKING_LETTERS = (
    _kind("booking_held", sentence("Seats held, not handed in yet"), _is_left_held),
    _kind("booking_submitted", sentence("Booking received"), _while_state(BookingState.SUBMITTED)),
    _kind("booking_approved", sentence("Approved, and others still decide"), _is_approved_so_far),
    _kind(
        "booking_confirmed",
        sentence("Booking confirmed"),
        _while_state(BookingState.CONFIRMED),
        calendar=_itinerary_to_keep,
    ),
    _kind(
        "booking_declined",
        sentence("Booking not accepted"),
        _while_state(BookingState.DECLINED),
        calendar=_itinerary_to_drop,
    ),
    _kind(
        "booking_cancelled",
        sentence("Booking cancelled"),
        _while_state(BookingState.CANCELLED),
        calendar=_itinerary_to_drop,
    ),
    _kind(
        "booking_called_off",
        sentence("Departure called off"),
        _while_state(BookingState.CALLED_OFF),
        calendar=_itinerary_to_drop,
    ),
    _kind(
        "organiser_notice",
        sentence("New booking, to the organiser"),
        _while_state(BookingState.SUBMITTED, BookingState.CONFIRMED),
    ),
    _kind("organiser_cancellation", sentence("Cancellation, to the organiser"), _while_state(BookingState.CANCELLED)),
    _kind("booking_queued", sentence("On the waiting list"), _while_state(BookingState.WAITING)),
    _kind("booking_offered", sentence("Seats offered"), _is_offer_open),
    _kind("booking_list_ended", sentence("Waiting list ended"), _while_state(BookingState.LAPSED)),
    _kind("approval_wanted", sentence("Decision wanted"), _is_approval_wanted),
    _kind(
        "booking_taken_back",
        sentence("Decision taken back"),
        _while_state(BookingState.SUBMITTED),
        calendar=_itinerary_to_drop,
    ),
    _kind("booking_changed", sentence("Group changed"), _while_state(*CHANGEABLE)),
    _kind("organiser_change", sentence("Group changed, to the organiser"), _while_state(*CHANGEABLE)),
    _kind("booking_moved", sentence("Group moved"), _while_state(*CHANGEABLE), calendar=_itinerary_if_certain),
    _kind("organiser_move", sentence("Group moved, to the organiser"), _while_state(*CHANGEABLE)),
    _kind(
        "booking_rescheduled",
        sentence("Another time or place to meet"),
        _is_meeting_so,
        calendar=_itinerary_while_confirmed,
    ),
    _to_family("family_following", sentence("Word to a family: it will hear"), _while_state(*GOING_ON)),
    _to_family(
        "family_called_off",
        sentence("Word to a family: departure called off"),
        _while_state(BookingState.CALLED_OFF),
        calendar=_family_itinerary,
    ),
    _to_family(
        "family_cancelled",
        sentence("Word to a family: booking cancelled"),
        _while_state(BookingState.CANCELLED),
        calendar=_family_itinerary,
    ),
    _to_family(
        "family_moved",
        sentence("Word to a family: another date"),
        _while_state(*CHANGEABLE),
        calendar=_family_itinerary,
    ),
    _to_family(
        "family_rescheduled",
        sentence("Word to a family: another time or place to meet"),
        _is_meeting_so,
        calendar=_itinerary_while_confirmed,
    ),
    _to_family(
        "family_unsettled",
        sentence("Word to a family: not certain any more"),
        _while_state(BookingState.SUBMITTED),
        calendar=_family_itinerary,
    ),
    _to_family(
        "family_declined",
        sentence("Word to a family: booking not accepted"),
        _while_state(BookingState.DECLINED),
        calendar=_family_itinerary,
    ),
    _to_family(
        "family_confirmed",
        sentence("Word to a family: confirmed again"),
        _while_state(BookingState.CONFIRMED),
        calendar=_family_itinerary,
    ),
    _kind("booking_handed_over", sentence("Booking handed over"), _while_state(*GOING_ON)),
    _kind("organiser_request", sentence("A school asks for a change, to the organiser"), _is_request_open),
    _kind("booking_request_answered", sentence("Answer to a request"), _while_state(*BookingState)),
    _kind("reminder_roster_due", sentence("Reminder that the roster is due"), is_still_true, urgency=Urgency.PLANNED),
    _kind(THREE_DAYS, sentence("Reminder some days before the trip"), is_still_true, urgency=Urgency.PLANNED),
    _kind(ONE_DAY, sentence("Reminder right before the trip"), is_still_true, urgency=Urgency.PLANNED),
    _to_family(
        "family_reminder", sentence("Word to a family: the trip is near"), is_still_true, urgency=Urgency.PLANNED
    ),
    _kind("reminder_afterwards", sentence("Thanks after the trip"), is_still_true, urgency=Urgency.PLANNED),
)
