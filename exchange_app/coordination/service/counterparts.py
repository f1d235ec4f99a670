"""Offices of two cities come together: what `partners/counterparts.py` does, by whom it may be done, and the letters to
the other side."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.coordination import letters
from exchange_app.coordination.errors import CoordinatorElsewhere, NotYourOffice
from exchange_app.coordination.queries.people import list_coordinators
from exchange_app.core.roles import Role
from exchange_app.partners import counterparts
from exchange_app.partners.models import Agreement, Counterpart, Liaison, Organisation
from exchange_app.partners.rules import CounterpartStep


def speaks_for(user: User, office: Organisation) -> bool:
    """A co-ordinator for each office of the city, an organiser for the own one, an administrator for any."""
    match user.role:
        case Role.ADMINISTRATOR:
            return True
        case Role.COORDINATOR:
            return user.organisation.city_id == office.city_id
        case Role.ORGANISER:
            return user.organisation_id == office.id
    return False


def propose(
    agreement: Agreement, office: Organisation, other: Organisation, words: str, *, by: User, now: datetime
) -> Counterpart:
    """Raises NotYourOffice, and as propose_counterpart does."""
    _check_speaks_for(by, office)
    counterpart = counterparts.propose_counterpart(agreement, office, other, words, by_id=by.id, now=now)
    letters.write_proposed(counterpart, now)
    return counterpart


def answer(counterpart: Counterpart, step: CounterpartStep, reason: str, *, by: User, now: datetime) -> None:
    """Raises NotYourOffice, CounterpartStepNotOpen or ReasonMissing."""
    _check_speaks_for(by, counterpart.answering)
    counterparts.answer_counterpart(counterpart, step, reason, by_id=by.id, now=now)
    letters.write_answered(counterpart, now)


def end(counterpart: Counterpart, reason: str, *, by: User, now: datetime) -> None:
    """By either side; the other hears of it. Raises NotYourOffice, CounterpartStepNotOpen or ReasonMissing."""
    sides = [office for office in (counterpart.first, counterpart.second) if speaks_for(by, office)]
    if not sides:
        raise NotYourOffice()
    counterparts.end_counterpart(counterpart, reason, by_id=by.id, now=now)
    letters.write_ended(counterpart, sides, now)


def _check_speaks_for(user: User, office: Organisation) -> None:
    if not speaks_for(user, office):
        raise NotYourOffice()


def name_liaison(agreement: Agreement, office: Organisation, coordinator_id: int | None, *, by: User) -> Liaison:
    """Whom of the office's city one asks. Raises NotYourOffice, CoordinatorElsewhere, and as partners' command does."""
    _check_speaks_for(by, office)
    if coordinator_id is not None and coordinator_id not in {one.id for one in list_coordinators([office.city_id])}:
        raise CoordinatorElsewhere()
    return counterparts.name_liaison(agreement, office.city_id, office, coordinator_id)
