"""Reads of which exchange returns which, what is owed, and what could be a return."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Package, Publication
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import COUNTED, WITH_ALL, takes_place
from exchange_app.core.database import db
from exchange_app.core.months import months_after
from exchange_app.departures.models import Departure, Pool
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import Organisation, Party, Plan
from exchange_app.visits.models import Return, ReturnWish, Visit, VisitMember
from exchange_app.visits.queries.ledger import list_stays, list_stays_of, map_months, months_to_return
from exchange_app.visits.rules import RETURN_MONTHS, TO_ANSWER, ReturnStanding, Stay

MOST_DAYS_APART = 3
MOST_OWED = 100
STILL_OWED = (ReturnStanding.OVERDUE, ReturnStanding.TO_COME)
ORDER = (ReturnStanding.OVERDUE, ReturnStanding.TO_COME, ReturnStanding.PLANNED, ReturnStanding.RETURNED)


@dataclass(frozen=True, slots=True)
class Owed:
    """A stay that took place and its return: ``back`` is linked to it, ``proposal`` waits for an answer."""

    exchange: Exchange
    stay: Stay
    due_on: date
    standing: ReturnStanding
    back: Exchange | None
    proposal: Visit | None


def list_owed(agreement_id: int, today: date, *, limit: int = MOST_OWED) -> list[Owed]:
    """The stays under an agreement that are no returns themselves: what is overdue before what is still to come, then
    what is planned and what was returned; in each what is due first."""
    return _list_owed(list_stays(agreement_id), [agreement_id], today, ORDER, limit)


def list_overdue(city_id: int, agreement_ids: Collection[int], today: date, *, limit: int) -> list[Owed]:
    """Those that a city has to see to or may ask for, under all of these agreements; what is due longest first."""
    overdue = (ReturnStanding.OVERDUE,)
    return _list_owed(list_stays_of(city_id, agreement_ids), agreement_ids, today, overdue, limit)


def _list_owed(
    stays: Sequence[Stay],
    agreement_ids: Collection[int],
    today: date,
    standings: Collection[ReturnStanding],
    limit: int,
) -> list[Owed]:
    happened = {stay.exchange_id for stay in stays}
    links, parties = _map_links(agreement_ids), _set_of_parties(agreement_ids)
    backs = {back_id for back_id, _ends_on in links.values()}
    months = map_months(agreement_ids)
    found = []
    for stay in stays:
        due_on = months_after(stay.ends_on, months[stay.agreement_id])
        standing = _standing(links.get(stay.exchange_id), happened, due_on, today)
        is_owed = standing not in STILL_OWED or parties.issuperset(_sides_of(stay))
        if stay.exchange_id not in backs and standing in standings and is_owed:
            found.append((ORDER.index(standing), due_on, stay.exchange_id, stay))
    return _with_exchanges(sorted(found, key=lambda one: one[:3])[:limit], links)


def _sides_of(stay: Stay) -> set[tuple[int, int]]:
    return {(stay.agreement_id, city_id) for city_id in stay.direction.pair}


def _set_of_parties(agreement_ids: Collection[int]) -> set[tuple[int, int]]:
    """Agreements and the cities that are party of them now: whoever left returns nothing any more."""
    parties = select(Party.agreement_id, Party.city_id).where(
        Party.agreement_id.in_(agreement_ids), Party.until.is_(None)
    )
    return {(agreement_id, city_id) for agreement_id, city_id in db.session.execute(parties)}


def _map_links(agreement_ids: Collection[int]) -> Mapping[int, tuple[int, date]]:
    """What returns each exchange, and the last day of that; without links of which a side was called off."""
    outward, back = aliased(Exchange), aliased(Exchange)
    rows = db.session.execute(
        select(outward.id, back.id, back.ends_on)
        .join(Return, Return.outward_id == outward.id)
        .join(back, back.id == Return.back_id)
        .where(outward.agreement_id.in_(agreement_ids), takes_place(outward), takes_place(back))
    )
    return {outward_id: (back_id, ends_on) for outward_id, back_id, ends_on in rows}


def _standing(link: tuple[int, date] | None, happened: Collection[int], due_on: date, today: date) -> ReturnStanding:
    if link is not None and link[0] in happened:
        return ReturnStanding.RETURNED
    if link is not None and link[1] >= today:
        return ReturnStanding.PLANNED
    return ReturnStanding.OVERDUE if due_on < today else ReturnStanding.TO_COME


def _with_exchanges(found: Sequence[tuple[int, date, int, Stay]], links: Mapping[int, tuple[int, date]]) -> list[Owed]:
    ids = {exchange_id for _, _, exchange_id, _ in found}
    linked = {exchange_id: links[exchange_id][0] for exchange_id in ids if exchange_id in links}
    exchanges = map_exchanges(ids | set(linked.values()))
    proposals = map_proposals(ids)
    return [
        Owed(
            exchange=exchanges[exchange_id],
            stay=stay,
            due_on=due_on,
            standing=ORDER[place],
            back=exchanges[linked[exchange_id]] if exchange_id in linked else None,
            proposal=proposals.get(exchange_id),
        )
        for place, due_on, exchange_id, stay in found
    ]


def map_exchanges(ids: Collection[int]) -> Mapping[int, Exchange]:
    found = select(Exchange).options(*WITH_ALL).where(Exchange.id.in_(ids))
    return {exchange.id: exchange for exchange in db.session.scalars(found)}


def map_returns(exchange_ids: Collection[int]) -> Mapping[int, Return]:
    """The links of which one of these is either side, by the one that went first; without those whose other side was
    called off."""
    links = db.session.scalars(
        select(Return).where(or_(Return.outward_id.in_(exchange_ids), Return.back_id.in_(exchange_ids)))
    ).all()
    sides = {number for link in links for number in (link.outward_id, link.back_id)}
    alive = select(Exchange).options(*WITH_ALL).where(Exchange.id.in_(sides), takes_place())
    known = {exchange.id for exchange in db.session.scalars(alive)}
    return {link.outward_id: link for link in links if {link.outward_id, link.back_id} <= known}


def do_take_place(exchange_ids: Collection[int]) -> bool:
    """Whether none of these was called off."""
    alive = select(func.count()).select_from(Exchange).where(Exchange.id.in_(exchange_ids), takes_place())
    return db.session.scalar(alive) == len(set(exchange_ids))


def find_return(exchange_id: int) -> Return | None:
    """The link of which an exchange is either side."""
    return next(iter(map_returns([exchange_id]).values()), None)


def map_proposals(exchange_ids: Collection[int]) -> Mapping[int, Visit]:
    """Visits that were proposed in return of these and wait for an answer; the latest of each."""
    found = db.session.execute(
        select(ReturnWish.exchange_id, Visit)
        .join(Visit, Visit.id == ReturnWish.visit_id)
        .where(ReturnWish.exchange_id.in_(exchange_ids), Visit.state.in_(TO_ANSWER))
        .order_by(Visit.id)
    )
    return {row[0]: row[1] for row in found}


# --------------------------------------------------------------------------------------------------------- suggestions


@dataclass(frozen=True, slots=True)
class Candidate:
    """``is_alike``: of the same plan and near enough in time; ``is_same_pair``: who was received then goes now."""

    exchange: Exchange
    is_alike: bool
    is_same_pair: bool


@dataclass(frozen=True, slots=True)
class _Parties:
    senders: set[int] = field(default_factory=set)
    hosts: set[int] = field(default_factory=set)

    def is_answered_by(self, other: _Parties) -> bool:
        return bool(self.hosts & other.senders) or bool(self.senders & other.hosts)


def list_candidates(exchange: Exchange, *, is_back: bool, limit: int = 50) -> list[Candidate]:
    """What may return an exchange, or with ``is_back`` what it may return: of the same agreement, the other way, free.
    First the same pair of offices or schools and the same plan within the time of a return, then the nearest."""
    rows = db.session.scalars(_select_opposite(exchange, is_back=is_back).limit(limit)).all()
    plans = map_plans([exchange.id, *(one.id for one in rows)])
    parties = _map_parties([exchange, *rows])
    months = max(RETURN_MONTHS, months_to_return(exchange.agreement_id))
    found = []
    for one in rows:
        outward, back = (one, exchange) if is_back else (exchange, one)
        is_near = back.starts_on <= months_after(outward.ends_on, months)
        is_same_pair = parties[outward.id].is_answered_by(parties[back.id])
        found.append(Candidate(one, is_near and plans[one.id] is plans[exchange.id], is_same_pair))
    return sorted(
        found,
        key=lambda one: (
            not one.is_alike,
            not one.is_same_pair,
            (one.exchange.visit_id is None) is not (exchange.visit_id is None),
            abs(one.exchange.starts_on - exchange.starts_on),
            one.exchange.id,
        ),
    )


def _select_opposite(exchange: Exchange, *, is_back: bool) -> Select[Exchange]:
    linked = select(Return.outward_id).union(select(Return.back_id))
    order = Exchange.starts_on.desc() if is_back else Exchange.starts_on
    in_time = Exchange.starts_on <= exchange.starts_on if is_back else Exchange.starts_on >= exchange.starts_on
    return (
        select(Exchange)
        .options(*WITH_ALL)
        .where(
            Exchange.agreement_id == exchange.agreement_id,
            Exchange.sending_city_id == exchange.hosting_city_id,
            Exchange.hosting_city_id == exchange.sending_city_id,
            Exchange.id.not_in(linked),
            in_time,
            takes_place(),
        )
        .order_by(order, Exchange.id)
    )


def map_plans(exchange_ids: Collection[int]) -> Mapping[int, Plan]:
    rows = db.session.execute(
        select(Exchange.id, Visit.plan, Package.plan)
        .outerjoin(Visit, Visit.id == Exchange.visit_id)
        .outerjoin(Departure, Departure.id == Exchange.departure_id)
        .outerjoin(Package, Package.id == Departure.package_id)
        .where(Exchange.id.in_(exchange_ids))
    )
    return {exchange_id: of_visit or of_package for exchange_id, of_visit, of_package in rows}


def _map_parties(exchanges: Iterable[Exchange]) -> Mapping[int, _Parties]:
    """Which organisations go and which receive, by the exchange."""
    found = {exchange.id: _Parties() for exchange in exchanges}
    members = select(Exchange.id, VisitMember.office_id).join(VisitMember, VisitMember.visit_id == Exchange.visit_id)
    schools = (
        select(Exchange.id, Booking.school_id)
        .join(Booking, Booking.departure_id == Exchange.departure_id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .where(Organisation.city_id == Exchange.sending_city_id, Booking.state.in_(COUNTED))
    )
    receiving = select(Exchange.id, Visit.host_office_id).join(Visit, Visit.id == Exchange.visit_id)
    organisers = (
        select(Exchange.id, Package.organiser_id)
        .join(Departure, Departure.id == Exchange.departure_id)
        .join(Package, Package.id == Departure.package_id)
    )
    for rows in (members, schools):
        for exchange_id, sender_id in db.session.execute(rows.where(Exchange.id.in_(found))):
            found[exchange_id].senders.add(sender_id)
    for exchange_id, host_id in db.session.execute(receiving.where(Exchange.id.in_(found))):
        found[exchange_id].hosts.update([host_id] if host_id else [])
    for exchange_id, office_id in db.session.execute(organisers.where(Exchange.id.in_(found))):
        found[exchange_id].hosts.add(office_id)
    return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A package that groups could come back by; the next date and the seats left on the emptiest one, if any."""

    package: Package
    next_on: date | None
    seats_left: int


def list_packages_back(exchange: Exchange, persons: int, today: date, *, limit: int = 6) -> Sequence[Offer]:
    """Of the city that was sending, for the same plan and about as many days; those with room for as many first."""
    days = (exchange.ends_on - exchange.starts_on).days + 1
    to_come = (Departure.state == DepartureState.OPEN) & (Departure.starts_on >= today)
    rows = db.session.execute(
        select(Package, func.min(Departure.starts_on), func.coalesce(func.max(Pool.capacity - Pool.taken), 0))
        .outerjoin(Departure, (Departure.package_id == Package.id) & to_come)
        .outerjoin(Pool, Pool.id == Departure.pool_id)
        .where(
            Package.host_city_id == exchange.sending_city_id,
            Package.plan == map_plans([exchange.id])[exchange.id],
            Package.publication == Publication.PUBLISHED,
            Package.for_school_id.is_(None),
            or_(Package.from_city_id.is_(None), Package.from_city_id == exchange.hosting_city_id),
            Package.days.between(days - MOST_DAYS_APART, days + MOST_DAYS_APART),
        )
        .group_by(Package.id)
    )
    offers = [Offer(package, next_on, left) for package, next_on, left in rows]
    return sorted(offers, key=lambda one: (one.seats_left < persons, abs(one.package.days - days), one.package.id))[
        :limit
    ]
