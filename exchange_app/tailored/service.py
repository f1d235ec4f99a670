"""What a school and a host do about a trip of the school's own. Every command is one step of the table in `rules.py`
and one row of the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.reminders import is_daytime
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import MenuItem
from exchange_app.catalogue.rules import days_without
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.roles import Role
from exchange_app.core.settings import setting
from exchange_app.core.text import worded_later
from exchange_app.departures.models import Departure
from exchange_app.partners.models import City
from exchange_app.tailored import letters, queries
from exchange_app.tailored.errors import (
    DateNamedTwice,
    DateTooSoon,
    EmptyDay,
    EntryOutsideDays,
    ItemElsewhere,
    NobodyTookItOn,
    NoDateNamed,
    NothingChosen,
    NothingDiffers,
    NothingWished,
    StepNotOpen,
    TakenOnAlready,
    TooManyEntries,
    VersionReplaced,
    WordsMissing,
)
from exchange_app.tailored.fitting import plan_days
from exchange_app.tailored.models import Inquiry, InquiryEvent, Version, WishedItem
from exchange_app.tailored.rules import (
    EXPIRES_AFTER,
    MOST_ENTRIES,
    NOTICE,
    REMINDED_AFTER,
    TRANSITIONS,
    Entry,
    Side,
    Step,
    Terms,
    may,
    same_dates,
    spread,
    write_terms,
)
from exchange_app.web.formats import day

# ------------------------------------------------------------------------------------------------------ the wish list


def add_wish(item: MenuItem, *, by: User, now: datetime) -> None:
    """Put an activity on the list of the leader's school; twice is once."""
    wish = {"school_id": by.organisation_id, "menu_item_id": item.id, "by_id": by.id, "at": now}
    db.session.execute(insert_unless_there(WishedItem).values(wish))


def remove_wish(item_id: int, *, by: User) -> None:
    own = WishedItem.school_id == by.organisation_id, WishedItem.menu_item_id == item_id
    change_rows(delete(WishedItem).where(*own))


# --------------------------------------------------------------------------------------------------------- the drafts


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a trip begins with before its school has said more."""

    title: str
    pupils: int
    staff: int
    grade: int


def begin_inquiry(city: City, beginning: Beginning, *, form_token: str, by: User, now: datetime) -> Inquiry:
    """A draft with the school's wishes of one city, spread over days. The same form sent twice begins one. Raises
    NothingWished."""
    earlier = queries.find_inquiry_of_form(by.id, form_token)
    if earlier is not None:
        return earlier
    wished = [item for item in queries.list_wished(by.organisation_id) if item.menu.city_id == city.id]
    if not wished:
        raise NothingWished()
    days = spread((item, item.minutes) for item in wished)
    entries = [Entry(item.id, number, None, item.minutes) for item, number in days[:MOST_ENTRIES]]
    terms = Terms(
        title=beginning.title,
        dates=(),
        days=entries[-1].day,
        pupils=beginning.pupils,
        staff=beginning.staff,
        grade=beginning.grade,
        language="zh",
        entries=tuple(entries),
    )
    inquiry = Inquiry(
        school=by.organisation, city=city, leader=by, form_token=form_token, begun_at=now, last_word_at=now, versions=[]
    )
    db.session.add(inquiry)
    db.session.flush()
    _draft_of(inquiry, Side.SCHOOL, by).content = write_terms(terms)
    db.session.flush()
    return inquiry


def terms_to_change(inquiry: Inquiry, side: Side) -> tuple[Terms, str]:
    """What a side's page shows when it writes a version: its draft, else the latest version; and a name for it."""
    draft = inquiry.draft_of(side)
    version = draft or inquiry.current
    if version is None:
        raise StepNotOpen()
    words = draft.words if draft else ""
    return version.terms, fingerprint((inquiry.version, version.terms, words))


def keep_draft(inquiry: Inquiry, terms: Terms, words: str, *, seen: str, by: User, now: datetime) -> None:
    """Write down what a side is still working on; the other does not see it. Raises ChangedMeanwhile, ItemElsewhere,
    TooManyEntries, EntryOutsideDays, and as answering does."""
    side = queries.side_of(by)
    is_taken_on = inquiry.organiser_id is not None
    _check_step(inquiry, side, Step.SEND, by)
    if side is Side.HOST and not is_taken_on:
        record(inquiry, side, Step.TAKE_ON, by=by, now=now)
    _, current = terms_to_change(inquiry, side)
    if current != seen:
        raise ChangedMeanwhile(current=current)
    _check_entries(inquiry, terms)
    draft = _draft_of(inquiry, side, by)
    draft.content, draft.words, draft.by = write_terms(terms), words.strip(), by
    db.session.flush()


def _draft_of(inquiry: Inquiry, side: Side, by: User) -> Version:
    draft = inquiry.draft_of(side)
    if draft is None:
        draft = Version(side=side, by=by, content={}, words="")
        inquiry.versions.append(draft)
    return draft


def _check_entries(inquiry: Inquiry, terms: Terms) -> None:
    if len(terms.entries) > MOST_ENTRIES:
        raise TooManyEntries(most=MOST_ENTRIES)
    for entry in terms.entries:
        if entry.day > terms.days:
            raise EntryOutsideDays(day=entry.day, days=terms.days)
    items = queries.map_items(terms.item_ids)
    if any(item.menu.city_id != inquiry.city_id for item in items.values()):
        raise ItemElsewhere()


# ---------------------------------------------------------------------------------------------- words between the two


def send_draft(inquiry: Inquiry, *, by: User, now: datetime) -> None:
    """Hand the draft over as the next version. Raises NothingChosen, EmptyDay, NoDateNamed, DateNamedTwice,
    DateTooSoon, NothingDiffers, and as answering does."""
    side = queries.side_of(by)
    _check_step(inquiry, side, Step.SEND, by)
    draft = inquiry.draft_of(side)
    if draft is None:
        raise NothingDiffers()
    _check_complete(inquiry, draft.terms, now)
    draft.content = write_terms(_with_times(draft.terms))
    if inquiry.current is not None and inquiry.current.terms == draft.terms:
        raise NothingDiffers()
    inquiry.version += 1
    draft.number, draft.sent_at, draft.by = inquiry.version, now, by
    _go(inquiry, side, Step.SEND, words=draft.words, by=by, now=now)
    letters.write_turn(inquiry, Step.SEND, draft.words, now)


def _check_complete(inquiry: Inquiry, terms: Terms, now: datetime) -> None:
    if not terms.item_ids:
        raise NothingChosen()
    for number in days_without(terms.days, (entry.day for entry in terms.entries)):
        raise EmptyDay(day=number)
    if not terms.dates:
        raise NoDateNamed()
    if same_dates(terms.dates):
        raise DateNamedTwice()
    check_dates(inquiry, terms.dates, now)


def check_dates(inquiry: Inquiry, dates: Sequence[date], now: datetime) -> None:
    """Whether a host can still prepare. Raises DateTooSoon."""
    zone = ZoneInfo(inquiry.city.time_zone)
    first = (now + NOTICE).astimezone(zone).date()
    if any(wanted < first for wanted in dates):
        raise DateTooSoon(first=worded_later(day, first))


def _with_times(terms: Terms) -> Terms:
    """Every entry with the time at which it would begin on the date wanted most, so that both sides read the same."""
    days = plan_days(terms, queries.map_items(terms.item_ids), terms.dates[0])
    planned = sorted((one for day in days for one in day), key=lambda one: (one.entry.day, one.begins))
    return replace(terms, entries=tuple(replace(one.entry, starts=one.starts) for one in planned))


def write_words(inquiry: Inquiry, words: str, *, version: int, by: User, now: datetime) -> None:
    """Ask back, or answer, without another version. Raises WordsMissing, VersionReplaced and StepNotOpen."""
    _answer(inquiry, Step.WRITE, words, version=version, by=by, now=now, needs_words=True)
    letters.write_turn(inquiry, Step.WRITE, words.strip(), now)


def decline(inquiry: Inquiry, words: str, *, version: int, by: User, now: datetime) -> None:
    """The host says no, and why. Raises WordsMissing, VersionReplaced and StepNotOpen."""
    _answer(inquiry, Step.DECLINE, words, version=version, by=by, now=now, needs_words=True)
    letters.write_ended(inquiry, words.strip(), now)


def withdraw(inquiry: Inquiry, words: str, *, version: int, by: User, now: datetime) -> None:
    """The school no longer wants the trip. Raises VersionReplaced and StepNotOpen."""
    was_sent = inquiry.version > 0
    _answer(inquiry, Step.WITHDRAW, words, version=version, by=by, now=now)
    if was_sent:
        letters.write_ended(inquiry, words.strip(), now)


def take_on(inquiry: Inquiry, *, by: User, now: datetime) -> None:
    """Of several organisers of the city one looks after it from here on. Raises TakenOnAlready and StepNotOpen."""
    if inquiry.organiser_id is not None:
        raise TakenOnAlready()
    check_may(inquiry, Side.HOST, Step.TAKE_ON)
    look_after(inquiry, Side.HOST, by=by)
    record(inquiry, Side.HOST, Step.TAKE_ON, by=by, now=now)


def hand_back(inquiry: Inquiry, *, by: User, now: datetime) -> None:
    """Another organiser of the city may take it on. Raises NobodyTookItOn and StepNotOpen."""
    if inquiry.organiser_id is None:
        raise NobodyTookItOn()
    check_may(inquiry, Side.HOST, Step.HAND_BACK)
    inquiry.organiser = None
    record(inquiry, Side.HOST, Step.HAND_BACK, by=by, now=now)
    letters.write_turn(inquiry, Step.HAND_BACK, "", now)


def _answer(
    inquiry: Inquiry, step: Step, words: str, *, version: int, by: User, now: datetime, needs_words: bool = False
) -> None:
    side = queries.side_of(by)
    check_version(inquiry, version)
    _check_step(inquiry, side, step, by)
    if needs_words and not words.strip():
        raise WordsMissing()
    _go(inquiry, side, step, words=words, by=by, now=now)


def check_version(inquiry: Inquiry, shown: int) -> None:
    """Raises VersionReplaced."""
    if inquiry.version != shown:
        raise VersionReplaced()


def _check_step(inquiry: Inquiry, side: Side, step: Step, by: User) -> None:
    check_may(inquiry, side, step)
    look_after(inquiry, side, by=by)


def check_may(inquiry: Inquiry, side: Side, step: Step) -> None:
    """Raises StepNotOpen."""
    written_by = inquiry.current.side if inquiry.current else None
    if not may(inquiry.state, side, step, written_by):
        raise StepNotOpen()


def look_after(inquiry: Inquiry, side: Side, *, by: User) -> None:
    """Whichever organiser answers first takes it on. Raises NobodyTookItOn for an administrator, who stands in for
    somebody."""
    if side is Side.HOST and inquiry.organiser_id is None:
        if by.role is not Role.ORGANISER:
            raise NobodyTookItOn()
        inquiry.organiser = by.organisation


def _go(inquiry: Inquiry, side: Side | None, step: Step, *, words: str, by: User | None, now: datetime) -> None:
    inquiry.state = TRANSITIONS[inquiry.state, side, step]
    inquiry.last_word_at, inquiry.times_reminded = now, 0
    record(inquiry, side, step, words=words, by=by, now=now)
    db.session.flush()


def record(inquiry: Inquiry, side: Side | None, step: Step, *, words: str = "", by: User | None, now: datetime) -> None:
    """One row of the history."""
    event = InquiryEvent(inquiry_id=inquiry.id, at=now, by=by, side=side, step=step, words=words.strip())
    event.version = inquiry.version
    db.session.add(event)
    db.session.flush()


# ------------------------------------------------------------------------------------------------ the passing of time


def remind_waiting(now: datetime) -> int:
    """Whoever has not answered for three days is reminded once, by day; returns how many inquiries. Call again while it
    returns any."""
    reminded = 0
    for inquiry in queries.lock_waiting(now, since=REMINDED_AFTER, not_reminded=True):
        if is_daytime(now, inquiry.city.zone):
            inquiry.times_reminded = 1
            letters.write_reminder(inquiry, now)
            reminded += 1
    db.session.flush()
    return reminded


def expire_waiting(now: datetime) -> int:
    """Inquiries about which nobody said anything for 14 days end; returns how many. Call again while it returns any."""
    silent = queries.lock_waiting(now, since=EXPIRES_AFTER)
    for inquiry in silent:
        _go(inquiry, None, Step.EXPIRE, words="", by=None, now=now)
        letters.write_ended(inquiry, "", now)
    return len(silent)


def forget_words(now: datetime) -> int:
    """What people wrote to each other about a trip goes when a roster would: so long after the trip, or after the last
    word about one that never came to be. What was proposed and agreed stays. Returns how many texts went."""
    old = now - timedelta(days=setting("ROSTERS_KEPT_DAYS"))
    is_over = select(Booking.id).join(Booking.departure).where(Departure.ends_on <= old.date())
    silent = select(Inquiry.id).where(
        Inquiry.last_word_at <= old, or_(Inquiry.booking_id.is_(None), Inquiry.booking_id.in_(is_over))
    )
    return sum(
        change_rows(update(table).where(table.inquiry_id.in_(silent), table.words != "").values(words=""))
        for table in (Version, InquiryEvent)
    )


def expires_at(inquiry: Inquiry) -> datetime:
    return inquiry.last_word_at + EXPIRES_AFTER
