"""A return is one to one and goes the other way; what is owed, and from when on it is overdue; what is suggested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.bookings import service as bookings
from exchange_app.core.database import db
from exchange_app.core.months import months_after
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import Cause
from exchange_app.partners.agreements import remove_party
from exchange_app.partners.models import Plan
from exchange_app.visits.errors import NoReturnOfIt, NotYourVisit, ReturnedAlready
from exchange_app.visits.models import Return
from exchange_app.visits.queries.ledger import list_stays
from exchange_app.visits.queries.returns import list_candidates, list_overdue, list_owed, list_packages_back
from exchange_app.visits.queries.visits import get_visit
from exchange_app.visits.rules import ReturnStanding
from exchange_app.visits.service import returns as service
from exchange_app.visits.service import visits
from tests.builders import both, make_package
from tests.coordination.conftest import Region, Town
from tests.coordination.town import make_agreement, make_office
from tests.statements import counted_statements
from tests.visits.delegations import agree, carry_out, exchange_of, go, propose, register

AT = datetime(2027, 3, 1, 2, tzinfo=UTC)
LATER = AT + timedelta(days=60)


def standings(region: Region, at: datetime) -> list[ReturnStanding]:
    return [owed.standing for owed in list_owed(region.agreement.id, at.date())]


def test_many_agreements_cost_no_more_than_one(app: Flask, region: Region) -> None:
    """Each with a stay that nobody returned, and one between two others: none of theirs stands on this city's list."""
    a, b, c = region.here, region.there, region.elsewhere
    with transaction():
        others = [make_agreement([a.city, b.city, c.city], a.coordinator, AT) for _ in range(3)]
        for number, agreement in enumerate((region.agreement, *others)):
            carry_out(agreement, a, b, AT, title=f"stay {number}")
        carry_out(others[0], b, c, AT, title="theirs")
    own_id, agreements = a.city.id, [region.agreement.id, *(one.id for one in others)]
    today = (AT + timedelta(days=800)).date()
    db.session.expunge_all()
    with counted_statements() as few:
        list_overdue(own_id, agreements[:1], today, limit=10)
    db.session.expunge_all()
    with counted_statements() as many:
        overdue = list_overdue(own_id, agreements, today, limit=10)
    assert len(many) == len(few)
    assert [owed.stay.agreement_id for owed in overdue] == agreements


def test_a_link_is_one_to_one_and_never_within_the_same_direction(app: Flask, region: Region) -> None:
    a, b, c = region.here, region.there, region.elsewhere
    with transaction():
        three = make_agreement([a.city, b.city, c.city], a.coordinator, AT)
        first, second, same, third = (
            exchange_of(agree(region.agreement, *way, at, title=title))
            for title, way, at in (
                ("first", (a, b), AT), ("back", (b, a), LATER), ("same", (a, b), LATER), ("other", (b, a), LATER),
            )
        )  # fmt: skip
        foreign = exchange_of(agree(three, b, a, LATER, title="foreign"))
        elsewhere = exchange_of(agree(three, c, a, LATER, title="elsewhere"))
    by = a.coordinator
    refused = ((first, same), (first, first), (first, foreign), (second, first), (foreign, elsewhere))
    for outward, back in refused:
        with transaction(), pytest.raises(NoReturnOfIt):
            service.link_return(outward, back, by=by, now=AT)
    with transaction(), pytest.raises(NotYourVisit):
        service.link_return(first, second, by=c.coordinator, now=AT)
    with transaction():
        service.link_return(first, second, by=b.coordinator, now=AT)
    for outward, back in ((first, third), (same, second), (first, second)):
        with transaction(), pytest.raises(ReturnedAlready):
            service.link_return(outward, back, by=by, now=AT)
    with transaction():
        last = exchange_of(agree(region.agreement, a, b, LATER + timedelta(days=9), title="last"))
        with pytest.raises(ReturnedAlready):  # a return is not returned in turn
            service.link_return(second, last, by=by, now=AT)
    with transaction():
        off = exchange_of(agree(region.agreement, b, a, LATER, title="off"))
        visits.cancel_visit(get_visit(off.visit_id or 0, by), "Typhoon", by=by, now=AT)
    with transaction(), pytest.raises(NoReturnOfIt):
        service.link_return(same, off, by=by, now=AT)
    assert db.session.scalar(select(func.count()).select_from(Return)) == 1


def test_overdue_begins_the_day_after_the_months_are_over(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = carry_out(region.agreement, a, b, AT)
    due = datetime.combine(months_after(visit.ends_on, 12), datetime.min.time(), UTC)
    assert standings(region, due) == [ReturnStanding.TO_COME]
    assert standings(region, due + timedelta(days=1)) == [ReturnStanding.OVERDUE]
    with transaction():
        service.set_months(region.agreement, 3)
    assert standings(region, due) == [ReturnStanding.OVERDUE]
    with transaction():
        service.set_months(region.agreement, 24)
    assert standings(region, due + timedelta(days=1)) == [ReturnStanding.TO_COME]


def test_a_city_that_left_owes_nothing_and_is_owed_nothing(app: Flask, region: Region) -> None:
    """Nobody could propose such a return, so it would stand on the first page of those who stayed for ever; what was
    returned before stays returned."""
    a, b, c = region.here, region.there, region.elsewhere
    with transaction():
        three = make_agreement([a.city, b.city, c.city], a.coordinator, AT)
        first, back = carry_out(three, a, c, AT, title="there"), carry_out(three, c, a, AT, title="back")
        service.link_return(exchange_of(first), exchange_of(back), by=a.coordinator, now=AT)
        for title, sending, hosting in (("one", a, c), ("two", c, b), ("three", a, b)):
            carry_out(three, sending, hosting, AT, title=title)
    late = months_after(first.ends_on, 13)
    overdue, returned = ReturnStanding.OVERDUE, ReturnStanding.RETURNED
    assert [one.standing for one in list_owed(three.id, late)] == [overdue, overdue, overdue, returned]
    assert len(list_overdue(a.city.id, [three.id], late, limit=9)) == 2
    with transaction():
        remove_party(three, c.city.id, None, by_id=a.coordinator.id, now=LATER)
    assert [one.standing for one in list_owed(three.id, late)] == [overdue, returned]
    assert len(list_overdue(a.city.id, [three.id], late, limit=9)) == 1
    assert len(list_stays(three.id)) == 5


def test_a_proposed_return_counts_once_it_is_agreed_and_no_more_once_it_is_off(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        outward = exchange_of(carry_out(region.agreement, a, b, AT))
        back = propose(region.agreement, b, a, LATER, returning=outward, title="back")
    overdue = AT + timedelta(days=500)
    [owed] = list_owed(region.agreement.id, overdue.date())
    assert (owed.standing, owed.proposal) == (ReturnStanding.OVERDUE, back)
    with transaction():
        visits.accept_visit(back, seen=1, by=a.coordinator, now=LATER)
    assert standings(region, LATER) == [ReturnStanding.PLANNED]
    assert standings(region, overdue) == [ReturnStanding.OVERDUE]  # it was agreed, and nobody came
    with transaction():
        visits.cancel_visit(back, "Typhoon", by=b.coordinator, now=LATER)
    assert standings(region, LATER) == [ReturnStanding.TO_COME]
    with transaction():
        again = carry_out(region.agreement, b, a, LATER, returning=outward, title="again")
    assert standings(region, overdue) == [ReturnStanding.RETURNED]
    with transaction():
        third = agree(region.agreement, b, a, LATER, returning=outward, title="third")
    assert again.id != third.id
    assert standings(region, overdue) == [ReturnStanding.RETURNED]  # the third is agreed, and returns nothing


def test_a_group_whose_return_is_called_off_is_owed_again(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        outward, _ = go(region.agreement, a, b, AT)
        back, booking = register(region.agreement, b, a, LATER)
        service.link_return(outward, back, by=a.coordinator, now=LATER)
    assert standings(region, LATER) == [ReturnStanding.PLANNED]
    with transaction():
        why = both("Typhoon")
        bookings.call_off_departure(booking.departure, cause=Cause.WEATHER, reason=why, by=a.organiser, now=LATER)
    assert standings(region, LATER) == [ReturnStanding.TO_COME]
    with transaction():
        other, _ = go(region.agreement, b, a, LATER)
        service.link_return(outward, other, by=a.coordinator, now=LATER)
    assert standings(region, LATER) == [ReturnStanding.RETURNED]


def test_the_same_pair_and_plan_in_time_is_suggested_first(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    month = timedelta(days=30)
    with transaction():
        outward = exchange_of(carry_out(region.agreement, a, b, AT))
        late = agree(region.agreement, b, a, AT + 14 * month, title="late")
        stranger = agree(region.agreement, b, a, AT + month, title="stranger", host_office=None, members=_others(b))
        pair = agree(region.agreement, b, a, AT + 3 * month, title="pair")
        tourism = agree(region.agreement, b, a, AT + month, title="tourism", plan=Plan.TOURISM)
        agree(region.agreement, a, b, AT + month, title="same way")
        before = agree(region.agreement, b, a, AT - month, title="before")
        off = agree(region.agreement, b, a, AT + month, title="off")
        visits.cancel_visit(off, "Typhoon", by=a.coordinator, now=AT)
    found = list_candidates(outward, is_back=False)
    assert [one.exchange.visit_id for one in found] == [pair.id, stranger.id, tourism.id, late.id]
    assert [one.is_alike for one in found] == [True, True, False, False]
    assert [one.exchange.visit_id for one in list_candidates(outward, is_back=True)] == [before.id]


def _others(town: Town) -> list[visits.Member]:
    return [visits.Member(make_office(town.city), 2)]


def test_for_a_group_packages_of_about_as_many_days_are_offered(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        outward, booking = go(region.agreement, a, b, AT, days=4)
        fits = make_package(host_city=a.city, organiser=a.office, days=5)
        make_package(host_city=a.city, organiser=a.office, days=8)
        make_package(host_city=b.city, organiser=b.office, days=4)
        make_package(host_city=a.city, organiser=a.office, days=4, plan=Plan.TOURISM)
    offers = list_packages_back(outward, booking.persons, AT.date())
    assert [offer.package.id for offer in offers] == [fits.id]
