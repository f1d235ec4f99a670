"""What is kept about somebody, gathered for them: for a page in plain words, and as data to take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from exchange_app.accounts.models import SignIn, User
from exchange_app.audit.models import AuditEntry
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.consents import deletions
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.core.database import db
from exchange_app.outbox.models import Letter
from exchange_app.publicity.models import StoryPhoto
from exchange_app.publicity.queries.photos import list_photos_of
from exchange_app.retention.preview import kept_until
from exchange_app.retention.rules import Kept
from exchange_app.rosters.masking import mask_document
from exchange_app.rosters.models import Disclosure, Participant
from exchange_app.rosters.queries import list_disclosures
from exchange_app.rosters.rules import DocumentType, Sex
from exchange_app.trips.models import Incident, Place, Placing, RollCall, RollEntry, Wish
from exchange_app.trips.rules import Presence, title_of
from exchange_app.web.labels import label

PHONES = ("guardian_phone", "second_phone")
VEILED_BY_LINK = frozenset({"document_number", *PHONES})  # of phones the end proves who asks
VEILED_AT_SCHOOL = VEILED_BY_LINK | {"health_note"}  # in full only for a purpose, with a trace
UNVEILED: frozenset[str] = frozenset()
IN_DOCUMENTS = frozenset({"document_type", "document_number", "health_note", "meal_need"})
FIELDS = (
    "name",
    "class_name",
    "guardian_name",
    *PHONES,
    "birth_date",
    "sex",
    "document_type",
    "document_number",
    "health_note",
    "meal_need",
)
NAMED = ("roster", "roster_edited", "person_added", "person_swapped")  # what puts persons into a roster
MOST_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class Value:
    field: str
    text: str
    until: date


@dataclass(frozen=True, slots=True)
class KeptAboutPerson:
    """``since`` is when persons were first named in this roster."""

    booking: Booking
    values: Sequence[Value]
    since: datetime
    until: Mapping[Kept, date]
    places: Sequence[str]
    wishes: int
    calls: Sequence[tuple[str, Presence, datetime]]
    incidents: Sequence[Incident]
    photos: Sequence[StoryPhoto]
    disclosures: Sequence[Disclosure]
    answers: Sequence[ConsentAnswer]
    requests: Sequence[DeletionRequest]


def gather_about(booking: Booking, person: Participant, veiled: frozenset[str]) -> KeptAboutPerson:
    """Of the ``veiled`` fields too little is told to misuse it."""
    until = kept_until(booking)
    return KeptAboutPerson(
        booking=booking,
        values=list(_values(person, until, veiled)),
        since=_since(booking),
        until=until,
        places=_places(person),
        wishes=_count_wishes(person),
        calls=_calls(person),
        incidents=_incidents(booking, person),
        photos=list_photos_of(booking.id, person.uid),
        disclosures=list_disclosures(booking.id),
        answers=deletions.list_answers_about(person.uid),
        requests=deletions.list_requests(person.uid),
    )


def _values(person: Participant, until: Mapping[Kept, date], veiled: frozenset[str]) -> Iterator[Value]:
    for field in FIELDS:
        if text := getattr(person, field):
            kept = Kept.DOCUMENTS if field in IN_DOCUMENTS else Kept.ROSTERS
            yield Value(field, _veil(field, text) if field in veiled else _shown(field, text), until[kept])


def _shown(field: str, text: str) -> str:
    match field:
        case "sex":
            return label(Sex(text))
        case "document_type":
            return label(DocumentType(text))
    return text


def _veil(field: str, text: str) -> str:
    match field:
        case "document_number":
            return mask_document(text)
        case "health_note":
            return "****"
    return text[: max(0, min(3, len(text) - 8))] + "********"


def _since(booking: Booking) -> datetime:
    first = select(func.min(BookingEvent.at)).where(BookingEvent.booking_id == booking.id, BookingEvent.what.in_(NAMED))
    return db.session.scalar(first) or booking.created_at


def _places(person: Participant) -> list[str]:
    places = db.session.scalars(
        select(Place)
        .join(Placing, Placing.place_id == Place.id)
        .where(Placing.participant_id == person.id)
        .order_by(Place.kind, Place.number)
    )
    return [title_of(place.kind, place.number, place.label) for place in places]


def _count_wishes(person: Participant) -> int:
    wishes = select(func.count()).where(or_(Wish.first_id == person.id, Wish.second_id == person.id))
    return db.session.scalar(wishes) or 0


def _calls(person: Participant) -> list[tuple[str, Presence, datetime]]:
    rows = db.session.execute(
        select(RollCall.title, RollEntry.state, RollEntry.made_at)
        .join(RollEntry, RollEntry.call_id == RollCall.id)
        .where(RollEntry.participant_id == person.id)
        .order_by(RollEntry.made_at, RollEntry.id)
    )
    return [(str(title), state, made_at) for title, state, made_at in rows if state is not None]


def _incidents(booking: Booking, person: Participant) -> list[Incident]:
    """Those that name the person."""
    incidents = db.session.scalars(
        select(Incident).where(Incident.booking_id == booking.id).order_by(Incident.happened_at)
    )
    return [one for one in incidents if person.name in (one.names or "").splitlines()]


def as_data(kept: KeptAboutPerson) -> dict[str, Any]:
    """For a file: names of fields in English, days and moments as ISO 8601 writes them."""
    return {
        "booking": kept.booking.code,
        "school": kept.booking.school.name,
        "visit": {
            "title": kept.booking.departure.package.title,
            "from": kept.booking.departure.starts_on.isoformat(),
            "until": kept.booking.departure.ends_on.isoformat(),
        },
        "kept_since": kept.since.isoformat(),
        "values": {one.field: {"value": one.text, "kept_until": one.until.isoformat()} for one in kept.values},
        "places": list(kept.places),
        "wishes_to_be_together": kept.wishes,
        "roll_calls": [{"what": title, "state": state.value, "at": at.isoformat()} for title, state, at in kept.calls],
        "incidents": [
            {"at": one.happened_at.isoformat(), "place": one.place, "words": one.words} for one in kept.incidents
        ],
        "photos": [
            {"added_at": one.added_at.isoformat(), "story": one.story.title, "is_published": one.story.is_published}
            for one in kept.photos
            if one.story is not None
        ],
        "looked_at_in_full": [
            {"at": one.at.isoformat(), "what": one.sheet.value, "for": one.purpose, "by_role": one.by.role.value}
            for one in kept.disclosures
        ],
        "answers": [_answer(one) for one in kept.answers],
        "answers_kept_until": kept.until[Kept.ANSWERS].isoformat(),
        "deletion_asked": [{"at": one.asked_at.isoformat(), "done_at": _written(one.done_at)} for one in kept.requests],
    }


def _answer(answer: ConsentAnswer) -> dict[str, Any]:
    return {
        "at": answer.at.isoformat(),
        "method": answer.method.value,
        "signed_on": _written(answer.signed_on),
        "given_by": answer.given_by,
        "child": answer.child_name,
        "choices": answer.choices,
        "withdrawn_at": _written(answer.withdrawn_at),
        "text": answer.notice.words,
    }


def _written(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None


def account_as_data(user: User) -> dict[str, Any]:
    """Everything that is kept about somebody with an account."""
    return {
        "account": {
            "name": user.name,
            "email": user.email,
            "phone": user.phone,
            "role": user.role.value,
            "organisation": user.organisation.name,
            "language": user.language,
            "channels": user.channels,
            "robot": user.robot,
            "daily_summary": user.wants_summary,
            "first_signed_in_at": _written(user.first_signed_in_at),
        },
        "sign_ins": [{"from": one.started_at.isoformat(), "until": one.ends_at.isoformat()} for one in _sign_ins(user)],
        "letters": [
            {"kind": one.kind, "written_at": one.written_at.isoformat(), "sent_at": _written(one.sent_at)}
            for one in _letters(user)
        ],
        "bookings": [
            {"code": one.code, "created_at": one.created_at.isoformat(), "state": one.state.value}
            for one in _bookings(user)
        ],
        "log": [_entry(one, user) for one in _entries(user)],
    }


def _sign_ins(user: User) -> Iterable[SignIn]:
    return db.session.scalars(select(SignIn).where(SignIn.user_id == user.id).order_by(SignIn.started_at))


def _letters(user: User) -> Iterable[Letter]:
    return db.session.scalars(select(Letter).where(Letter.reader_id == user.id).order_by(Letter.id))


def _bookings(user: User) -> Iterable[Booking]:
    return db.session.scalars(select(Booking).where(Booking.leader_id == user.id).order_by(Booking.id))


def _entries(user: User) -> Iterable[AuditEntry]:
    """By or about them, the latest."""
    whose = or_(AuditEntry.by_id == user.id, AuditEntry.user_id == user.id)
    return db.session.scalars(select(AuditEntry).where(whose).order_by(AuditEntry.number.desc()).limit(MOST_ENTRIES))


def _entry(entry: AuditEntry, user: User) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "what": entry.what,
        "by_you": entry.by_id == user.id,
        "about_you": entry.user_id == user.id,
        "subject": entry.subject,
        "facts": entry.facts,
    }
