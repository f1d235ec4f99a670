"""Which letter goes to whom at each step of a visit, and when what follows from it is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import write_to_each
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit
from exchange_app.coordination.queries.people import city_of, list_coordinators
from exchange_app.coordination.rules import Side
from exchange_app.partners.queries import find_liaison
from exchange_app.visits.models import FollowUp, Visit
from exchange_app.visits.rules import VisitStep

PROPOSED, ANSWERED, CANCELLED = "visit_proposed", "visit_answered", "visit_cancelled"
PROGRAMME, REPORTED, FOLLOW_UP = "visit_programme", "visit_reported", "visit_follow_up"

MORNING = time(8, 30)


def write_proposed(visit: Visit, now: datetime) -> None:
    """To who may answer, of a changed visit anew."""
    key = f"visit:{visit.id}:proposed:{visit.version}"
    readers = _speaking_for(visit, [visit.answering_city.id])
    facts = {"state": str(visit.state), "speaking": visit.speaking_city_id}
    write_to_each(readers, now, key=key, kind=PROPOSED, subject_id=visit.id, facts=facts)


def write_answered(visit: Visit, now: datetime) -> None:
    """To the side whose proposal it was."""
    readers = _speaking_for(visit, [visit.speaking_city_id])
    key = f"visit:{visit.id}:answered:{visit.version}"
    write_to_each(readers, now, key=key, kind=ANSWERED, subject_id=visit.id, facts={"state": str(visit.state)})


def write_cancelled(visit: Visit, by: User, now: datetime) -> None:
    was_agreed = any(event.step is VisitStep.ACCEPT for event in visit.events)
    readers = _speaking_for(visit, _others(visit, by))
    key = f"visit:{visit.id}:cancelled"
    write_to_each(readers, now, key=key, kind=CANCELLED, subject_id=visit.id, facts={"was_agreed": was_agreed})


def write_programme(visit: Visit, by: User, now: datetime) -> None:
    """On the next morning, once for all that was changed on a day."""
    zone = visit.hosting_city.zone
    today = now.astimezone(zone).date()
    due_at = datetime.combine(today + timedelta(days=1), MORNING, zone)
    readers = _speaking_for(visit, _others(visit, by))
    key = f"visit:{visit.id}:programme:{today}"
    write_to_each(readers, now, key=key, kind=PROGRAMME, subject_id=visit.id, due_at=due_at)


def write_reported(visit: Visit, by: User, now: datetime) -> None:
    readers = _speaking_for(visit, _others(visit, by))
    write_to_each(readers, now, key=f"visit:{visit.id}:reported", kind=REPORTED, subject_id=visit.id)


def write_follow_up(follow_up: FollowUp, now: datetime) -> None:
    """To whoever has taken it on."""
    key = f"follow_up:{follow_up.id}:due:{follow_up.due_on}:{follow_up.times_reminded}"
    write_to_each([follow_up.owner], now, key=key, kind=FOLLOW_UP, subject_id=follow_up.id)


def _others(visit: Visit, by: User) -> Sequence[int]:
    """The other city than the one that did it; both where an administrator did."""
    return [city.id for city in (visit.sending_city, visit.hosting_city) if city.id != city_of(by)]


def _speaking_for(visit: Visit, city_ids: Iterable[int]) -> list[User]:
    """Of each city its co-ordinator of the visit, else its liaison in the agreement, else all of its co-ordinators."""
    exchange = find_exchange_of_visit(visit.id)
    readers: list[User] = []
    for city_id in city_ids:
        side = Side.SENDING if city_id == visit.sending_city.id else Side.HOSTING
        named = exchange.coordinator_of(side) if exchange else None
        known = list_coordinators([city_id])
        readers += [one for one in known if one is named] or _liaison_among(known, city_id, visit) or known
    return readers


def _liaison_among(known: Sequence[User], city_id: int, visit: Visit) -> list[User]:
    liaison = find_liaison(city_id, visit.agreement.id)
    return [user for user in known if liaison is not None and user.id == liaison.coordinator_id]
