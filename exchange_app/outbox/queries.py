"""Reads of letters, and the one query that gives a worker its next letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from exchange_app.core.database import db
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.finding import Found
from exchange_app.outbox.models import IN_TROUBLE, ON_THE_WAY, SETTLED, Channel, Letter, LetterState

HOLDS_UP_OTHERS = 3  # failures, some twenty minutes: later letters to the same reader then go first
COUNTED = 1000  # beyond this nobody reads a number, and counting further would cost with every letter


class Asked(StrEnum):
    """What people ask about the letters."""

    DUE = "due"
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    RETRYING = "retrying"
    SENT_TODAY = "sent_today"
    SKIPPED = "skipped"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters are wanted; what is None does not matter. ``about`` is empty where nothing goes by the name that
    was asked for."""

    asked: Asked | None = None
    kind: str | None = None
    problem: str | None = None
    about: Sequence[Found] | None = None
    address_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """The moment of a look at the letters, and when its day began where it is looked at."""

    now: datetime
    midnight: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """So many letters have this problem; of so many the address is still kept."""

    problem: str
    letters: int
    with_address: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """How many letters were sent, failed and were skipped on one day."""

    day: date
    sent: int
    failed: int
    skipped: int

    @property
    def most(self) -> int:
        return max(self.sent, self.failed, self.skipped)


def lease_due(channel: Channel, now: datetime, *, until: datetime, at_most: int) -> list[Letter]:
    """The channel's next letters that are due, leased to the caller until ``until``; letters in other hands are passed
    over. The most urgent come first, and of one reader's the one that was due first.

    A letter whose earlier worker never came back is taken over, and that counts as a failure.
    """
    due = (
        select(Letter.id)
        .where(
            ON_THE_WAY,
            Letter.channel == channel,
            Letter.state != LetterState.HANDING_OVER,
            Letter.next_look_at <= now,
            ~_waits_for_another(),
        )
        .order_by(Letter.urgency, Letter.next_look_at, Letter.id)
        .limit(at_most)
        .with_for_update(skip_locked=True, of=Letter)
        .cte("due")  # evaluated once, whatever the planner thinks: a second time it would lock other letters
    )
    leased = db.session.scalars(
        update(Letter)
        .where(Letter.id.in_(select(due.c.id)))
        .values(
            state=LetterState.SENDING,
            next_look_at=until,
            attempts=Letter.attempts + 1,
            failures=Letter.failures + case((Letter.state == LetterState.SENDING, 1), else_=0),
        )
        .returning(Letter)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    return sorted(leased, key=lambda letter: (letter.urgency, letter.due_at, letter.id))


def _waits_for_another() -> ColumnElement[bool]:
    """An earlier letter to the same reader has not gone out. One that fails again and again holds up no other."""
    earlier = aliased(Letter)
    return (
        exists()
        .where(
            ON_THE_WAY,  # of the earlier one: within the subquery the name `state` is its own
            earlier.address_hash == Letter.address_hash,
            tuple_(earlier.due_at, earlier.id) < tuple_(Letter.due_at, Letter.id),
            earlier.failures < HOLDS_UP_OTHERS,
        )
        .correlate(Letter)
    )


def list_recent_to(letters: Sequence[Letter], since: datetime) -> Mapping[str | None, Sequence[datetime]]:
    """When the readers of these letters got others since then, by the hash of the address, earliest first."""
    sent: Iterable[Any] = db.session.execute(
        select(Letter.address_hash, Letter.sent_at)
        .where(Letter.address_hash.in_({letter.address_hash for letter in letters}), Letter.sent_at > since)
        .order_by(Letter.sent_at)
    )
    found: dict[str | None, list[datetime]] = {}
    for address_hash, sent_at in sent:
        found.setdefault(address_hash, []).append(sent_at)
    return found


def list_with_another_way(channel: Channel, *, due_before: datetime, at_most: int) -> Sequence[Letter]:
    """Letters that wait for this channel since then and could take another, locked."""
    return db.session.scalars(
        select(Letter)
        .where(
            ON_THE_WAY,
            Letter.channel == channel,
            Letter.state == LetterState.PENDING,
            Letter.due_at <= due_before,
            Letter.later_ways_sealed.is_not(None),
        )
        .order_by(Letter.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).all()


def settle_lost(channel: Channel, now: datetime) -> None:
    """A letter of the channel whose worker died while handing it over may have been accepted: it becomes doubtful."""
    db.session.execute(
        update(Letter)
        .where(
            ON_THE_WAY,
            Letter.channel == channel,
            Letter.state == LetterState.HANDING_OVER,
            Letter.next_look_at <= now,
        )
        .values(state=LetterState.DOUBTFUL, last_problem="the worker ended while handing it over")
        .execution_options(synchronize_session=False)
    )


def get_letter(letter_id: int) -> Letter:
    """Raises LetterNotFound."""
    letter = db.session.get(Letter, letter_id)
    if letter is None:
        raise LetterNotFound()
    return letter


def lock_letter(letter_id: int) -> Letter:
    """As get_letter, fresh and locked until the transaction ends."""
    letter = db.session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise LetterNotFound()
    return letter


def find_letter_by_key(key: str) -> Letter | None:
    return db.session.scalar(select(Letter).where(Letter.key == key))


# -------------------------------------------------------------------------------------------------------- the mail room


def list_letters(wanted: LetterFilter, at: Moments) -> Select[tuple[Letter]]:
    """What is to come: the next first. What has been, and all letters: the newest first. To be paged."""
    return select(Letter).where(*_conditions(wanted, at)).order_by(*_order(wanted.asked))


def list_failed_ids(wanted: LetterFilter, at: Moments, *, limit: int) -> Sequence[int]:
    """Those of the wanted letters that failed and whose address is still kept, oldest first."""
    can_be_sent = _answer(Asked.FAILED, at), Letter.address_sealed.is_not(None)
    failed = select(Letter.id).where(*_conditions(wanted, at), *can_be_sent).order_by(Letter.id).limit(limit)
    return db.session.scalars(failed).all()


def list_causes(wanted: LetterFilter, at: Moments, *, limit: int) -> Sequence[Cause]:
    """What is the matter with the wanted letters, the most frequent first."""
    letters = func.count()
    causes = (
        select(Letter.last_problem, letters, func.count(Letter.address_sealed))
        .where(*_conditions(wanted, at), Letter.last_problem.is_not(None))
        .group_by(Letter.last_problem)
        .order_by(letters.desc(), Letter.last_problem)
        .limit(limit)
    )
    return [Cause(problem or "", *numbers) for problem, *numbers in db.session.execute(causes)]


def count_answers(wanted: LetterFilter, at: Moments) -> Mapping[Asked, int | None]:
    """How many letters answer each question, within what else is wanted; None where there are more than COUNTED. In
    one statement."""
    counts = db.session.execute(select(*(_count(asked, wanted, at) for asked in Asked))).one()
    return {asked: count if count <= COUNTED else None for asked, count in zip(Asked, counts, strict=True)}


def _count(asked: Asked, wanted: LetterFilter, at: Moments) -> ColumnElement[int]:
    some = select(literal(1)).where(_answer(asked, at), *_narrowed(wanted)).select_from(Letter).limit(COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).scalar_subquery().label(asked.value)


def _conditions(wanted: LetterFilter, at: Moments) -> Sequence[ColumnElement[bool]]:
    answer = [] if wanted.asked is None else [_answer(wanted.asked, at)]
    problem = [] if wanted.problem is None else [Letter.last_problem == wanted.problem]
    return [*answer, *problem, *_narrowed(wanted)]


def _answer(asked: Asked, at: Moments) -> ColumnElement[bool]:
    """Which letters answer the question; in the words of the index that finds them."""
    pending = and_(ON_THE_WAY, Letter.state == LetterState.PENDING)
    in_trouble = or_(Letter.failures > 0, Letter.last_problem.is_not(None))
    match asked:
        case Asked.DUE:
            return and_(pending, ~in_trouble, Letter.next_look_at <= at.now)
        case Asked.PLANNED:
            return and_(pending, ~in_trouble, Letter.next_look_at > at.now)
        case Asked.UNDER_WAY:
            return and_(ON_THE_WAY, Letter.state != LetterState.PENDING)
        case Asked.RETRYING:
            return and_(pending, in_trouble)
        case Asked.SENT_TODAY:
            return and_(SETTLED, Letter.state == LetterState.SENT, Letter.next_look_at >= at.midnight)
        case Asked.SKIPPED:
            return and_(SETTLED, Letter.state == LetterState.SKIPPED)
        case Asked.FAILED:
            return and_(IN_TROUBLE, Letter.state == LetterState.FAILED)
        case Asked.DOUBTFUL:
            return and_(IN_TROUBLE, Letter.state == LetterState.DOUBTFUL)


def _order(asked: Asked | None) -> Sequence[ColumnElement[Any]]:
    match asked:
        case Asked.DUE | Asked.PLANNED | Asked.UNDER_WAY | Asked.RETRYING:
            return Letter.next_look_at.asc(), Letter.id.asc()
        case Asked.SENT_TODAY | Asked.SKIPPED:
            return Letter.next_look_at.desc(), Letter.id.desc()
        case _:
            return (Letter.id.desc(),)


def _narrowed(wanted: LetterFilter) -> Sequence[ColumnElement[bool]]:
    """By kind, by what letters are about, and by whom they are for."""
    kind = [] if wanted.kind is None else [Letter.kind == wanted.kind]
    about = [] if wanted.about is None else [or_(false(), *(_is_about(found) for found in wanted.about))]
    reader = [] if wanted.address_hash is None else [Letter.address_hash == wanted.address_hash]
    return [*kind, *about, *reader]


def _is_about(found: Found) -> ColumnElement[bool]:
    return and_(Letter.kind.in_(found.kinds), Letter.subject_id == found.subject_id)


def list_day_figures(last: date, zone: ZoneInfo, *, days: int) -> Sequence[DayFigures]:
    """Every one of so many days up to ``last``, the earliest first, as days are counted in ``zone``. In one
    statement."""
    shown = [last - timedelta(days=before) for before in reversed(range(days))]
    begins = [datetime.combine(day, time(), zone) for day in shown]
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    number = case(*((Letter.next_look_at < begin, at - 1) for at, begin in enumerate(begins) if at), else_=days - 1)
    counted = db.session.execute(
        select(number, Letter.state, func.count())
        .where(SETTLED, Letter.state.in_(CHARTED), Letter.next_look_at >= begins[0], Letter.next_look_at < end)
        .group_by(number, Letter.state)
    )
    found = {(at, state): count for at, state, count in counted}
    return [DayFigures(day, *(found.get((at, state), 0) for state in CHARTED)) for at, day in enumerate(shown)]


CHARTED = (LetterState.SENT, LetterState.FAILED, LetterState.SKIPPED)
