"""Which letter goes to whom when cities' offices come together, an exchange has something due, or a problem goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import list_told, write_to_each
from exchange_app.coordination.models import Exchange, Problem
from exchange_app.coordination.queries.people import (
    list_coordinators,
    list_organisers_of,
    map_people,
    speaks_under,
)
from exchange_app.coordination.rules import Side
from exchange_app.core.roles import Role
from exchange_app.outbox.service import stamp
from exchange_app.partners.models import AgreementProposal, Counterpart, Organisation

CHANGE_PROPOSED = "agreement_proposed"
PROPOSED, ANSWERED, ENDED = "counterpart_proposed", "counterpart_answered", "counterpart_ended"
NAMED, DUE = "exchange_named", "exchange_due"
ASSIGNED, COMMENTED, SETTLED = "problem_assigned", "problem_commented", "problem_settled"

MORNING = time(8, 30)


# ---------------------------------------------------------------------------------------------------------- agreements


def write_change_proposed(proposal: AgreementProposal, now: datetime) -> None:
    """To the co-ordinators of the other cities, one of which says that it was agreed."""
    others = proposal.agreement.city_ids - {proposal.proposing_city_id}
    key = f"agreement:{proposal.agreement_id}:proposed:{proposal.id}:{stamp(now)}"
    write_to_each(list_coordinators(others), now, key=key, kind=CHANGE_PROPOSED, subject_id=proposal.id)


# -------------------------------------------------------------------------------------------------------- counterparts


def write_proposed(counterpart: Counterpart, now: datetime) -> None:
    """To those who can answer: the other city's co-ordinators, and who organises for the office that was asked."""
    readers = _speakers([counterpart.answering])
    write_to_each(readers, now, key=f"counterpart:{counterpart.id}:proposed", kind=PROPOSED, subject_id=counterpart.id)


def write_answered(counterpart: Counterpart, now: datetime) -> None:
    """To whoever proposed it, and to who speaks for that office."""
    proposer = map_people([counterpart.proposed_by_id]).values()
    readers = [*proposer, *_speakers([counterpart.proposing])]
    key = f"counterpart:{counterpart.id}:answered"
    write_to_each(
        readers, now, key=key, kind=ANSWERED, subject_id=counterpart.id, facts={"state": str(counterpart.state)}
    )


def write_ended(counterpart: Counterpart, sides: Collection[Organisation], now: datetime) -> None:
    """To the other side than the one that ended it; to both where an administrator did. ``proposed`` says that it was
    only a proposal, taken back."""
    ending = {office.id for office in sides}
    offices = [counterpart.first, counterpart.second]
    others = [office for office in offices if office.id not in ending] or offices
    was_confirmed = counterpart.answered_at is not None
    key = f"counterpart:{counterpart.id}:ended"
    write_to_each(
        _speakers(others), now, key=key, kind=ENDED, subject_id=counterpart.id, facts={"was_confirmed": was_confirmed}
    )


def _speakers(offices: Sequence[Organisation]) -> list[User]:
    coordinators = list_coordinators({office.city_id for office in offices})
    return [*coordinators, *list_organisers_of({office.id for office in offices})]


# ----------------------------------------------------------------------------------------------------------- exchanges


def write_named(exchange: Exchange, side: Side, now: datetime) -> None:
    """To the co-ordinator of a side, who has it from now on."""
    coordinator = exchange.coordinator_of(side)
    if coordinator is not None:
        key = f"exchange:{exchange.id}:{side}:named:{stamp(now)}"
        write_to_each([coordinator], now, key=key, kind=NAMED, subject_id=exchange.id, facts={"side": str(side)})


def readers_of_due(exchange: Exchange, side: Side) -> Sequence[User]:
    """The co-ordinator of the side; all of its city where nobody was named, or who was is none any more."""
    named = _named_still(exchange, side)
    return list_coordinators([exchange.city_of(side).id]) if named is None else [named]


def hears_of_due(exchange: Exchange, side: Side, user: User) -> bool:
    """Whether the user is one of them."""
    named = _named_still(exchange, side)
    return _coordinates(user, exchange, side) if named is None else named.id == user.id


def _named_still(exchange: Exchange, side: Side) -> User | None:
    named = exchange.coordinator_of(side)
    return named if named is not None and named.is_active and _coordinates(named, exchange, side) else None


def _coordinates(user: User, exchange: Exchange, side: Side) -> bool:
    return user.role is Role.COORDINATOR and user.organisation.city_id == exchange.city_of(side).id


def list_told_today(readers: Iterable[User], today: date) -> set[int]:
    return list_told(_due_key(today), readers)


def write_due(exchange: Exchange, side: Side, reader: User, today: date, now: datetime) -> None:
    """One letter for all that is due of a reader; ``exchange`` is where something is due first."""
    facts = {"side": str(side)}
    write_to_each([reader], now, key=_due_key(today), kind=DUE, subject_id=exchange.id, facts=facts)


def _due_key(today: date) -> str:
    return f"steps-due:{today}"


# ------------------------------------------------------------------------------------------------------------ problems


def write_assigned(problem: Problem, by: User, now: datetime) -> None:
    """To the co-ordinators of the cities, and to who organises for the offices."""
    readers = _others(problem, by, _speakers([one.office for one in problem.assignments]))
    key = f"problem:{problem.id}:assigned:{stamp(now)}"
    write_to_each(readers, now, key=key, kind=ASSIGNED, subject_id=problem.id)


def write_commented(problem: Problem, by: User, now: datetime) -> None:
    """To those who have said something and to whom it was assigned: one letter on the next morning, with all that
    others said on the day."""
    concerned = [problem.raised_by, *(entry.by for entry in problem.entries)]
    readers = _others(problem, by, [*concerned, *_speakers([one.office for one in problem.assignments])])
    zone = ZoneInfo(problem.agreement.parties[0].city.time_zone)
    today = now.astimezone(zone).date()
    due_at = datetime.combine(today + timedelta(days=1), MORNING, zone)
    key = f"problem:{problem.id}:commented:{today}"
    write_to_each(
        readers, now, key=key, kind=COMMENTED, subject_id=problem.id, facts={"day": today.isoformat()}, due_at=due_at
    )


def write_settled(problem: Problem, by: User, now: datetime) -> None:
    """To those who have said something, and to the co-ordinators of all cities of the agreement."""
    concerned = [problem.raised_by, *(entry.by for entry in problem.entries)]
    readers = _others(problem, by, [*concerned, *list_coordinators(problem.agreement.city_ids)])
    key = f"problem:{problem.id}:settled:{stamp(now)}"
    write_to_each(readers, now, key=key, kind=SETTLED, subject_id=problem.id, facts={"state": str(problem.state)})


def _others(problem: Problem, by: User, readers: Iterable[User]) -> list[User]:
    """Without whoever did it, and without those whose city has left since they said something."""
    return [one for one in readers if one.id != by.id and speaks_under(problem.agreement, one)]
