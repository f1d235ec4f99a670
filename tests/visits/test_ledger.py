"""The ledger equals what one counts by hand, whoever went where and when, and stays so once rosters are gone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete

from exchange_app.bookings import service as bookings
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.months import months_after
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import Cause
from exchange_app.partners.models import Plan
from exchange_app.rosters.models import Participant
from exchange_app.visits.errors import StillToCome, VisitChangedMeanwhile, VisitStepNotOpen
from exchange_app.visits.queries.ledger import list_stays, list_years
from exchange_app.visits.rules import Direction, Figures, Period, tally
from exchange_app.visits.service import parts
from exchange_app.visits.service import visits as service
from tests.bookings.group import hand_in
from tests.builders import both, make_leader
from tests.coordination.conftest import Region
from tests.coordination.town import make_agreement
from tests.pages import sign_in
from tests.visits.delegations import agree, carry_out, exchange_of, go, propose, register

AT = datetime(2027, 11, 1, 2, tzinfo=UTC)
YEAR = Period.of_year(2027)


def test_it_equals_a_count_by_hand(app: Flask, region: Region) -> None:
    """Three cities and two agreements; some stay over New Year, some are cancelled, some never come."""
    a, b, c = region.here, region.there, region.elsewhere
    last, new = date(2027, 12, 31), date(2028, 1, 1)
    with transaction():
        three = make_agreement([a.city, b.city, c.city], a.coordinator, AT)
        ab, ac, ba, ca = (Direction(one.city.id, other.city.id) for one, other in ((a, b), (a, c), (b, a), (c, a)))
        # Delegations: five for three days, four who became six for one, one that ends on the last day of the year and
        # one on the first of the next.
        carry_out(three, a, b, AT, title="one")
        carry_out(three, a, b, AT, title="two", came=6, starts_on=date(2027, 12, 5), ends_on=date(2027, 12, 5))
        carry_out(three, b, a, AT, title="three", came=3, starts_on=date(2027, 12, 30), ends_on=last)
        carry_out(three, b, a, AT, title="four", came=3, starts_on=date(2027, 12, 30), ends_on=new)
        carry_out(three, a, c, AT, title="five", came=2, plan=Plan.TOURISM)
        # None of these counts: proposed, declined, agreed and cancelled, agreed and not yet carried out.
        propose(three, a, b, AT, title="six")
        declined = propose(three, a, b, AT, title="seven")
        service.decline_visit(declined, "No room", seen=1, by=b.coordinator, now=AT)
        cancelled = agree(three, c, a, AT, title="eight")
        service.cancel_visit(cancelled, "Typhoon", by=c.coordinator, now=AT)
        agree(three, c, a, AT, title="nine")
        # Under another agreement of two of them.
        carry_out(region.agreement, a, b, AT, title="ten", came=9)
        # Groups: two to one departure with one of the host's own and one of a third city, one over New Year, one that
        # is called off, one that cancelled.
        _, booking = register(three, a, b, AT, days=4)
        hand_in(booking.departure, make_leader(a.city), pupils=10, staff=1, now=AT)
        hand_in(booking.departure, make_leader(b.city), pupils=7, staff=1, now=AT)
        gone = hand_in(booking.departure, make_leader(a.city), pupils=5, staff=1, now=AT)
        bookings.cancel_booking(gone, reason="Measles", by=gone.leader, now=AT)
        go(three, c, a, AT, days=3, pupils=8, staff=1, starts_on=date(2027, 12, 30))
        go(three, c, a, AT, days=2, pupils=8, staff=1, starts_on=date(2027, 12, 30))
        _, off = register(three, c, a, AT)
        bookings.call_off_departure(off.departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=a.organiser, now=AT)
    found = tally(list_stays(three.id, YEAR))
    assert found == {
        (Plan.COMMUNITY, ab): Figures(groups=2, persons=11, person_days=5 * 3 + 6),
        (Plan.COMMUNITY, ba): Figures(groups=1, persons=3, person_days=3 * 2),
        (Plan.TOURISM, ac): Figures(groups=1, persons=2, person_days=2 * 3),
        (Plan.YOUTH, ab): Figures(groups=2, persons=33, person_days=33 * 4),
        (Plan.YOUTH, ca): Figures(groups=1, persons=9, person_days=9 * 2),
    }
    assert tally(list_stays(three.id, Period.of_year(2028))) == {
        (Plan.COMMUNITY, ba): Figures(1, 3, 3 * 3),
        (Plan.YOUTH, ca): Figures(1, 9, 9 * 3),
    }
    assert list_years(three.id) == [2028, 2027]
    assert tally(list_stays(three.id, Period(last, last))) == {
        (Plan.COMMUNITY, ba): Figures(1, 3, 3 * 2),
        (Plan.YOUTH, ca): Figures(1, 9, 9 * 2),
    }
    assert tally(list_stays(region.agreement.id, YEAR)) == {(Plan.COMMUNITY, ab): Figures(1, 9, 27)}


def test_a_wrong_count_is_put_right_by_whoever_has_read_the_last_one(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = carry_out(region.agreement, a, b, AT, came=120)
        over, seen = AT + timedelta(days=60), visit.version
        service.carry_out_visit(visit, 12, seen=seen, by=b.coordinator, now=over)
        with pytest.raises(VisitChangedMeanwhile):
            service.carry_out_visit(visit, 21, seen=seen, by=a.coordinator, now=over)
        stays = list_stays(region.agreement.id)
        assert [(stay.persons, stay.groups) for stay in stays] == [(12, 1)]
        assert [event.words for event in visit.events][-2:] == ["", "120 → 12"]
        with pytest.raises(VisitStepNotOpen):
            service.cancel_visit(visit, "Rain", by=b.coordinator, now=over)
        assert exchange_of(visit).persons == 12


def test_what_was_done_by_a_plan_stays_when_the_agreement_drops_it(app: Flask, region: Region) -> None:
    with transaction():
        carry_out(region.agreement, region.here, region.there, now() - timedelta(days=40), came=11)
        kept = [one for one in region.agreement.carried if one.plan is not Plan.COMMUNITY]
        region.agreement.carried = kept
    client = app.test_client()
    sign_in(client, region.here.coordinator)
    year = (now() - timedelta(days=8)).year
    assert ">11<" in client.get(f"/coordinator/ledger?year={year}").text


def test_it_stays_right_once_rosters_and_contacts_are_gone(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = carry_out(region.agreement, a, b, AT)
        go(region.agreement, a, b, AT)
    before = tally(list_stays(region.agreement.id))
    assert len(before) == 2
    later = AT + timedelta(days=400)
    with transaction():
        db.session.execute(delete(Participant))
        assert parts.forget_contacts(AT + timedelta(days=60)) == 0
        assert parts.forget_contacts(later) == 1
    assert visit.contact_name is None
    assert visit.contact_phone_sealed is None
    assert tally(list_stays(region.agreement.id)) == before


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Urumqi", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_visit_is_over_when_its_last_day_has_come_where_it_goes(app: Flask, region: Region, zone: str) -> None:
    with transaction():
        region.there.city.time_zone = zone
        visit = agree(region.agreement, region.here, region.there, AT)
    begins = datetime(visit.ends_on.year, visit.ends_on.month, visit.ends_on.day, tzinfo=ZoneInfo(zone))
    by = region.here.coordinator
    with transaction(), pytest.raises(StillToCome):
        service.carry_out_visit(visit, 5, seen=visit.version, by=by, now=begins - timedelta(seconds=1))
    with transaction():
        service.carry_out_visit(visit, 5, seen=visit.version, by=by, now=begins)


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2027, 12, 31), 12, date(2028, 12, 31)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 1, 15), 11, date(2027, 12, 15)),
        (date(2027, 2, 28), 60, date(2032, 2, 28)),
    ],
)
def test_months_end_where_a_month_does(day: date, months: int, due: date) -> None:
    assert months_after(day, months) == due


def test_a_year_before_a_february_is_a_whole_february() -> None:
    february = Period.of_months(2029, 2, 2)
    assert february.a_year_before == Period.of_months(2028, 2, 2)
    assert Period(date(2028, 2, 1), date(2028, 2, 28)).a_year_before == Period(date(2027, 2, 1), date(2027, 2, 28))
    assert Period(date(2029, 2, 1), date(2029, 2, 27)).a_year_before == Period(date(2028, 2, 1), date(2028, 2, 27))
