"""The notice that a guardian reads, made of what the package, the departure and the booking say: what, what for, who
receives it, how long, whom to ask, which rights; and the points to say yes or no to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.labels import ASKED_FIELDS
from exchange_app.catalogue.models import Package
from exchange_app.consents.rules import (
    CHILD_DATA,
    HEALTH_NOTE,
    PHOTOS,
    TAKING_PART,
    essence,
    points_of,
    recipient_key,
    text_hash,
    whole_years,
)
from exchange_app.core.settings import setting
from exchange_app.core.text import Translated, in_every_language, sentence, sentences, worded_later
from exchange_app.departures.models import Departure
from exchange_app.web.formats import date_range

DOCUMENT = sentence("Identity document: type and number")
NAMED_BY_ANOTHER = frozenset({"document_type"})  # a document's number is asked with its type


@dataclass(frozen=True, slots=True)
class Periods:
    """How many days what is kept. A notice remembers those that it promised."""

    documents: int
    rosters: int
    answers: int


def kept_periods() -> Periods:
    """As they are set now."""
    return Periods(setting("DOCUMENTS_KEPT_DAYS"), setting("ROSTERS_KEPT_DAYS"), setting("CONSENTS_KEPT_DAYS"))


def words_for_days(count: int) -> Any:
    """A number of days in words; whole years are said as years."""
    years = whole_years(count)
    return sentences("one year", "%(num)s years", years) if years else sentences("one day", "%(num)s days", count)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to say yes or no to."""

    key: str
    words: Translated
    hint: Translated


@dataclass(frozen=True, slots=True)
class Section:
    heading: Translated
    lines: Sequence[Translated]


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in both languages. ``words`` is what is kept of it, word for word."""

    sections: Sequence[Section]
    points: Sequence[Point]

    @property
    def words(self) -> dict[str, Any]:
        return {
            "sections": [{"heading": one.heading, "lines": list(one.lines)} for one in self.sections],
            "points": [{"key": one.key, "words": one.words, "hint": one.hint} for one in self.points],
        }

    @property
    def text_hash(self) -> str:
        return text_hash(self.words)

    @property
    def keys(self) -> list[str]:
        return [point.key for point in self.points]


def kept_wording(words: Mapping[str, Any]) -> Wording:
    """A notice as it was kept."""
    return Wording(
        [Section(Translated(one["heading"]), list(map(Translated, one["lines"]))) for one in words["sections"]],
        [Point(one["key"], Translated(one["words"]), Translated(one["hint"])) for one in words["points"]],
    )


def essence_of(departure: Departure) -> str:
    """What guardians of its groups are asked now, in short."""
    package = departure.package
    points = points_of(package.asked_fields, package.recipients)
    return essence(package.id, (departure.starts_on, departure.ends_on), package.asked_fields, points)


def wording_of(booking: Booking) -> Wording:
    """The notice as guardians of this group read it now."""
    sections = (
        (sentence("What it is about"), _what_it_is_about(booking)),
        (sentence("Which data the school asks for"), _which_data(booking.departure.package)),
        (sentence("What they are for"), _what_for()),
        (sentence("Who receives them"), _who_receives(booking)),
        (sentence("How long they are kept"), _how_long()),
        (sentence("Whom you can ask"), _whom_to_ask(booking)),
        (sentence("Your rights"), _rights()),
    )
    return Wording(
        [Section(in_every_language(heading), list(map(in_every_language, lines))) for heading, lines in sections],
        [Point(key, in_every_language(words), in_every_language(hint)) for key, words, hint in _points(booking)],
    )


def _what_it_is_about(booking: Booking) -> Iterator[Any]:
    departure = booking.departure
    yield sentence(
        "%(school)s would like to take your child along to %(city)s: “%(title)s”, %(dates)s. The host is %(host)s.",
        school=booking.school.name,
        city=departure.package.host_city.name,
        title=departure.package.title,
        dates=worded_later(date_range, departure.starts_on, departure.ends_on),
        host=departure.package.organiser.name,
    )


def _which_data(package: Package) -> Iterator[Any]:
    yield sentence(
        "Of your child the name and the class; of you the name and a phone number; a second phone number for "
        "emergencies."
    )
    for ask in package.asks:
        if ask["field"] not in NAMED_BY_ANOTHER:
            field = DOCUMENT if ask["field"] == "document_number" else ASKED_FIELDS[ask["field"]]
            yield sentence("%(field)s: %(reason)s", field=field, reason=Translated(ask["reason"]))
    yield sentence("Ethnicity, religion, home address and whereabouts are never asked for.")


def _what_for() -> Iterator[Any]:
    yield sentence(
        "So that the school can take your child along, look after your child and reach you; for nothing else."
    )


def _who_receives(booking: Booking) -> Iterator[Any]:
    package = booking.departure.package
    yield sentence("The teachers of the school who prepare and accompany the group.")
    yield sentence("The host, %(host)s, sees how many come, and no names.", host=package.organiser.name)
    for recipient in package.recipients:
        yield sentence(
            "%(recipient)s, only if you agree: %(purpose)s",
            recipient=Translated(recipient["name"]),
            purpose=Translated(recipient["purpose"]),
        )
    yield sentence("Nobody else.")


def _how_long() -> Iterator[Any]:
    periods = kept_periods()
    yield sentence(
        "Document numbers, health notes and meal needs until %(documents)s after the visit, everything else until "
        "%(rosters)s after it. If the group does not travel after all, everything goes %(documents)s after that is "
        "settled.",
        documents=words_for_days(periods.documents),
        rosters=words_for_days(periods.rosters),
    )
    yield sentence(
        "Your answer on this page until %(answers)s after the visit, as proof. Everything is stored encrypted.",
        answers=words_for_days(periods.answers),
    )


def _whom_to_ask(booking: Booking) -> Iterator[Any]:
    yield sentence(
        "The group's leader: %(name)s, %(phone)s",
        name=booking.contact_name or booking.leader.name,
        phone=booking.contact_phone or booking.leader.phone or booking.school.phone or "—",
    )
    organiser = booking.departure.package.organiser
    if organiser.phone:
        yield sentence("The host: %(name)s, %(phone)s", name=organiser.name, phone=organiser.phone)


def _rights() -> Iterator[Any]:
    yield sentence("Whether you agree is up to you, and you decide about each point and each recipient on its own.")
    yield sentence(
        "You can withdraw your consent at any time, by the link with which you answered or by telling the leader; it "
        "counts from then on."
    )
    yield sentence(
        "You can have the data shown to you, corrected and deleted: by the link with which you answered, or by telling "
        "the leader."
    )


def _points(booking: Booking) -> Iterator[tuple[str, Any, Any]]:
    """Each point's key, words and hint."""
    departure = booking.departure
    package = departure.package
    yield (
        TAKING_PART,
        sentence(
            "My child takes part in “%(title)s”, %(dates)s.",
            title=package.title,
            dates=worded_later(date_range, departure.starts_on, departure.ends_on),
        ),
        sentence("If you say no, your child stays out of the group; the rest then needs no answer."),
    )
    yield (
        CHILD_DATA,
        sentence("The school may keep and use the data about my child that are listed above."),
        sentence(
            "Data of children under 14 are kept only if their guardian agrees. Without them a child cannot be in the "
            "roster."
        ),
    )
    if HEALTH_NOTE in package.asked_fields:
        yield (
            HEALTH_NOTE,
            sentence("The school may keep a health note about my child."),
            sentence(
                "If you say no, none is kept, and one that is there is deleted. Your child can take part all the same."
            ),
        )
    for recipient in package.recipients:
        yield (
            recipient_key(recipient),
            sentence("%(recipient)s may receive data about my child.", recipient=Translated(recipient["name"])),
            Translated(recipient["purpose"]),
        )
    yield (
        PHOTOS,
        sentence("Photos on which my child can be recognised may be taken and shown in reports about the visit."),
        sentence("Your child takes part either way."),
    )
