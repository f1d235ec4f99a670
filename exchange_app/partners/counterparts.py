"""Which office works with which: suggested by level and department, proposed by one side, confirmed by the other; and
whom of a city one asks when no better office is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, or_, select

from exchange_app.core.database import change_rows, db
from exchange_app.partners.errors import (
    AgreementStepNotOpen,
    CounterpartStepNotOpen,
    CountiesOfOneCity,
    CountyPaired,
    HasCounterpart,
    NotAlike,
    NotInAgreement,
    OfficeElsewhere,
    ReasonMissing,
)
from exchange_app.partners.models import (
    IS_OPEN,
    Agreement,
    Counterpart,
    County,
    CountyPair,
    Level,
    Liaison,
    Organisation,
    OrganisationKind,
)
from exchange_app.partners.rules import COUNTERPART_STEPS, AgreementState, CounterpartState, CounterpartStep

NOWHERE = 0  # no county has this id


class Suggestion(NamedTuple):
    """Two offices of the same level and department, of two cities, neither of which has a counterpart there."""

    office: Organisation
    other: Organisation


def suggest(
    offices: Sequence[Organisation],
    pairs: Sequence[CountyPair],
    known: Iterable[Counterpart],
    city_id: int,
) -> list[Suggestion]:
    """For the offices of a city, what fits them in the others. Offices of counties fit where their counties are paired;
    where several would fit, people choose."""
    taken, partners = _taken(known), _partners_of(pairs, city_id)
    alike: dict[tuple[object, ...], list[Organisation]] = defaultdict(list)
    for office in offices:
        alike[_place_of(office)].append(office)
    found = []
    for office in (one for one in offices if one.city_id == city_id and one.department_id and one.level):
        is_alone = len(alike[_place_of(office)]) == 1
        for other_city in sorted({one.city_id for one in offices} - {city_id}) if is_alone else ():
            others = alike.get(_place_there(office, other_city, partners), [])
            if len(others) == 1 and not {(office.id, other_city), (others[0].id, city_id)} & taken:
                found.append(Suggestion(office, others[0]))
    return found


def _taken(known: Iterable[Counterpart]) -> set[tuple[int, int]]:
    """Offices that have a counterpart, or are asked to, each with the city that it is in."""
    is_open = CounterpartState.PROPOSED, CounterpartState.CONFIRMED
    pairs = [one for one in known if one.state in is_open]
    return {(one.first_id, one.second_city_id) for one in pairs} | {(one.second_id, one.first_city_id) for one in pairs}


def _place_there(
    office: Organisation, city_id: int, partners: Mapping[tuple[int | None, int], int]
) -> tuple[object, ...]:
    """Where in another city the office's counterpart would stand; nowhere, while its county is not paired."""
    if office.level is Level.CITY:
        return city_id, office.level, office.department_id, None
    return city_id, office.level, office.department_id, partners.get((office.county_id, city_id), NOWHERE)


def _place_of(office: Organisation) -> tuple[object, ...]:
    county_id = None if office.level is Level.CITY else office.county_id
    return office.city_id, office.level, office.department_id, county_id


def _partners_of(pairs: Sequence[CountyPair], city_id: int) -> dict[tuple[int | None, int], int]:
    """The county that each county of a city is paired with, by county and other city."""
    found: dict[tuple[int | None, int], int] = {}
    for pair in pairs:
        if pair.first_city_id == city_id:
            found[pair.first_id, pair.second_city_id] = pair.second_id
        elif pair.second_city_id == city_id:
            found[pair.second_id, pair.first_city_id] = pair.first_id
    return found


def propose_counterpart(
    agreement: Agreement, office: Organisation, other: Organisation, words: str, *, by_id: int, now: datetime
) -> Counterpart:
    """The side of ``office`` asks that of ``other``. ``agreement`` is locked, so that nobody else proposes meanwhile.
    Raises AgreementStepNotOpen, NotInAgreement, NotAlike or HasCounterpart."""
    _check_in_force(agreement)
    for one in (office, other):
        if one.city_id not in agreement.city_ids or one.kind is not OrganisationKind.OFFICE:
            raise NotInAgreement()
    if office.city_id == other.city_id:
        raise NotInAgreement()
    if not _are_alike(office, other):
        raise NotAlike()
    first, second = sorted((office, other), key=lambda one: one.city_id)
    if _is_taken(agreement, first, second):
        raise HasCounterpart()
    counterpart = Counterpart(
        agreement=agreement,
        first=first,
        first_city_id=first.city_id,
        second=second,
        second_city_id=second.city_id,
        proposing_city_id=office.city_id,
        state=CounterpartState.PROPOSED,
        words=words.strip(),
        proposed_by_id=by_id,
        proposed_at=now,
    )
    db.session.add(counterpart)
    db.session.flush()
    return counterpart


def _are_alike(office: Organisation, other: Organisation) -> bool:
    is_placed = office.level is not None and office.department_id is not None
    return is_placed and (office.level, office.department_id) == (other.level, other.department_id)


def _is_taken(agreement: Agreement, first: Organisation, second: Organisation) -> bool:
    of_first = (Counterpart.first_id == first.id) & (Counterpart.second_city_id == second.city_id)
    of_second = (Counterpart.second_id == second.id) & (Counterpart.first_city_id == first.city_id)
    taken = exists().where(Counterpart.agreement_id == agreement.id, IS_OPEN, or_(of_first, of_second))
    return bool(db.session.scalar(select(taken)))


def answer_counterpart(
    counterpart: Counterpart, step: CounterpartStep, reason: str, *, by_id: int, now: datetime
) -> None:
    """The other side confirms or declines. Raises CounterpartStepNotOpen or ReasonMissing."""
    if step is CounterpartStep.DECLINE and not reason.strip():
        raise ReasonMissing()
    _go(counterpart, step)
    counterpart.reason, counterpart.answered_by_id, counterpart.answered_at = reason.strip(), by_id, now
    db.session.flush()


def end_counterpart(counterpart: Counterpart, reason: str, *, by_id: int, now: datetime) -> None:
    """Either side ends it, or takes back what nobody answered. Raises CounterpartStepNotOpen or ReasonMissing."""
    if counterpart.state is CounterpartState.CONFIRMED and not reason.strip():
        raise ReasonMissing()
    _go(counterpart, CounterpartStep.END)
    counterpart.reason, counterpart.ended_by_id, counterpart.ended_at = reason.strip(), by_id, now
    db.session.flush()


def _go(counterpart: Counterpart, step: CounterpartStep) -> None:
    state = COUNTERPART_STEPS.get((counterpart.state, step))
    if state is None:
        raise CounterpartStepNotOpen()
    counterpart.state = state


# ------------------------------------------------------------------------------------------------- pairs and liaisons


def pair_counties(agreement: Agreement, county: County, other: County) -> CountyPair:
    """Raises AgreementStepNotOpen, CountiesOfOneCity or CountyPaired."""
    _check_in_force(agreement)
    if county.city_id == other.city_id or not {county.city_id, other.city_id} <= agreement.city_ids:
        raise CountiesOfOneCity()
    first, second = sorted((county, other), key=lambda one: one.city_id)
    of_first = (CountyPair.first_id == first.id) & (CountyPair.second_city_id == second.city_id)
    of_second = (CountyPair.second_id == second.id) & (CountyPair.first_city_id == first.city_id)
    is_paired = exists().where(CountyPair.agreement_id == agreement.id, or_(of_first, of_second))
    if db.session.scalar(select(is_paired)):
        raise CountyPaired()
    pair = CountyPair(
        agreement_id=agreement.id,
        first=first,
        first_city_id=first.city_id,
        second=second,
        second_city_id=second.city_id,
    )
    db.session.add(pair)
    db.session.flush()
    return pair


def part_counties(agreement: Agreement, pair_id: int) -> None:
    """What their offices agreed stays."""
    change_rows(delete(CountyPair).where(CountyPair.id == pair_id, CountyPair.agreement_id == agreement.id))


def name_liaison(agreement: Agreement, city_id: int, office: Organisation, coordinator_id: int | None) -> Liaison:
    """Instead of the one before. Raises AgreementStepNotOpen or OfficeElsewhere."""
    _check_in_force(agreement)
    is_office = office.kind is OrganisationKind.OFFICE and office.city_id == city_id
    if not is_office or city_id not in agreement.city_ids:
        raise OfficeElsewhere()
    liaison = Liaison(agreement_id=agreement.id, city_id=city_id, office_id=office.id, coordinator_id=coordinator_id)
    kept = db.session.merge(liaison)
    db.session.flush()
    return kept


def _check_in_force(agreement: Agreement) -> None:
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementStepNotOpen()
