"""An office and its counterpart: suggested by level and department, proposed by one side, confirmed by the other."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from exchange_app.coordination.errors import NotYourOffice
from exchange_app.coordination.service import counterparts as service
from exchange_app.coordination.views.counterparts import PAIRS_SHOWN
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.partners import counterparts as pairing
from exchange_app.partners.errors import (
    CounterpartStepNotOpen,
    CountyPaired,
    HasCounterpart,
    NotAlike,
    NotInAgreement,
    ReasonMissing,
)
from exchange_app.partners.models import Counterpart, County, Department, Level
from exchange_app.partners.queries import find_counterpart, list_county_pairs, list_offices
from exchange_app.partners.rules import CounterpartState, CounterpartStep
from tests.builders import both, make_organisation, make_user
from tests.coordination.conftest import Region
from tests.coordination.town import make_counterpart, make_office
from tests.pages import send, sign_in


def kinds_to(region: Region) -> dict[str, list[str]]:
    """The kinds of letters that each side's people got."""
    found: dict[str, list[str]] = {"here": [], "there": [], "elsewhere": []}
    for name in found:
        town = getattr(region, name)
        ids = [town.coordinator.id, town.organiser.id]
        found[name] = sorted(set(db.session.scalars(select(Letter.kind).where(Letter.reader_id.in_(ids)))))
    return found


def test_one_side_proposes_and_the_other_confirms(client: FlaskClient, region: Region) -> None:
    address = f"/coordinator/agreements/{region.agreement.id}/counterparts"
    sign_in(client, region.here.coordinator)
    page = client.get(address).text
    assert "Suggested by level and department" in page
    assert page.count(f'name="other_id" value="{region.there.office.id}"') == 1
    send(client, address, address)  # the first form is the suggestion's
    asked = db.session.scalars(select(Counterpart)).one()
    assert asked.proposing_city_id == region.here.city.id
    assert find_counterpart(region.here.office, region.there.city) is None
    assert kinds_to(region) == {"here": [], "there": ["counterpart_proposed"], "elsewhere": []}
    assert f"{address}/{asked.id}/confirm" not in client.get(address).text
    sign_in(client, region.elsewhere.coordinator)
    assert client.get(address).status_code == 404
    sign_in(client, region.there.organiser)  # it is the organiser's own office
    assert "Confirmed" in send(client, address, f"{address}/{asked.id}/confirm").text
    assert find_counterpart(region.here.office, region.there.city) == region.there.office
    assert find_counterpart(region.there.office, region.here.city) == region.here.office
    assert kinds_to(region)["here"] == ["counterpart_answered"]
    sign_in(client, region.here.coordinator)
    refused = send(client, address, f"{address}/{asked.id}/end")
    assert refused.status_code == 422
    assert "Write why" in refused.text
    send(client, address, f"{address}/{asked.id}/end", **{f"end-{asked.id}-reason": "The office was merged"})
    assert "The office was merged" in client.get(address).text
    assert find_counterpart(region.here.office, region.there.city) is None
    assert "counterpart_ended" in kinds_to(region)["there"]


def test_many_pairs_fill_several_pages_and_a_mistake_finds_its_own(client: FlaskClient, region: Region) -> None:
    here, there = region.here, region.there
    with transaction():
        pairs = [
            make_counterpart(
                region.agreement, make_office(here.city), make_office(there.city), here.coordinator, now(),
                CounterpartState.CONFIRMED, answered_by_id=there.coordinator.id, answered_at=now(),
            )
            for _ in range(PAIRS_SHOWN + 1)
        ]  # fmt: skip
    sign_in(client, here.coordinator)
    address = f"/coordinator/agreements/{region.agreement.id}/counterparts"
    oldest = f"{address}/{pairs[0].id}/end"
    page = client.get(address).text
    assert [f"{address}/{pair.id}/end" in page for pair in pairs] == [False] + [True] * PAIRS_SHOWN
    assert client.get(f"{address}?page=3").status_code == 404
    refused = send(client, f"{address}?page=2", oldest)
    assert refused.status_code == 422
    assert f'id="end-{pairs[0].id}-reason-error"' in refused.text


def test_an_administrator_says_for_which_city_and_reads_a_small_page(client: FlaskClient, region: Region) -> None:
    here, there = region.here, region.there
    with transaction():
        departments = [Department(slug=f"office-{letter}", name=both(letter)) for letter in ascii_lowercase]
        db.session.add_all(departments)
        for one in departments:
            pair = make_office(here.city, one), make_office(there.city, one)
            make_counterpart(region.agreement, *pair, here.coordinator, now())
            for city in (here.city, there.city):
                make_office(city, one, level=Level.COUNTY)
        late = make_counterpart(region.agreement, there.office, here.office, there.coordinator, now())
        administrator = make_user(make_organisation(here.city), Role.ADMINISTRATOR)
        unlike = make_office(here.city)
    address = f"/coordinator/agreements/{region.agreement.id}/counterparts"
    sign_in(client, administrator)
    page = client.get(address)
    assert 'name="other_id"' not in page.text
    assert len(page.data) < 100_000
    own = client.get(f"{address}?city={there.city.id}").text
    assert f'value="{here.office.id}"' in own
    assert f'value="{unlike.id}"' not in own  # nobody on the other side is of its kind
    for nobodys in ("x", region.elsewhere.city.id, "²"):
        assert 'name="other_id"' not in client.get(f"{address}?city={nobodys}").text
    sent = f"{address}?city={there.city.id}"
    typed = {"office_id": there.office.id, "other_id": here.office.id, "words": "Please"}
    refused = send(client, sent, sent, **typed)
    assert (refused.status_code, 'value="Please"' in refused.text) == (422, True)
    sign_in(client, here.organiser)
    assert f"{address}/{late.id}/confirm" in client.get(address).text  # what one can answer stands first


def test_who_declines_says_why_and_another_can_be_proposed(region: Region) -> None:
    offices = region.here.office, region.there.office
    with transaction():
        asked = service.propose(region.agreement, *offices, "", by=region.here.coordinator, now=now())
    for by in (region.here.coordinator, region.elsewhere.coordinator):
        with transaction(), pytest.raises(NotYourOffice):
            service.answer(asked, CounterpartStep.CONFIRM, "", by=by, now=now())
    with transaction(), pytest.raises(ReasonMissing):
        service.answer(asked, CounterpartStep.DECLINE, " ", by=region.there.coordinator, now=now())
    with transaction():
        service.answer(asked, CounterpartStep.DECLINE, "Not this one", by=region.there.coordinator, now=now())
    with transaction(), pytest.raises(CounterpartStepNotOpen):
        service.answer(asked, CounterpartStep.CONFIRM, "", by=region.there.coordinator, now=now())
    with transaction():
        service.propose(region.agreement, *reversed(offices), "", by=region.there.coordinator, now=now())
    assert {one.state for one in db.session.scalars(select(Counterpart))} == {
        CounterpartState.DECLINED,
        CounterpartState.PROPOSED,
    }


def test_an_office_has_one_counterpart_in_each_city_whoever_asks(app: Flask, region: Region) -> None:
    by = region.here.coordinator
    with transaction():
        second = make_office(region.there.city, region.department)
        unlike = make_office(region.there.city)
        service.propose(region.agreement, region.here.office, region.there.office, "", by=by, now=now())
    attempts = [
        (region.here.office, second, HasCounterpart),
        (region.here.office, unlike, NotAlike),
        (region.here.office, region.elsewhere.office, NotInAgreement),
    ]
    for office, other, refusal in attempts:
        with transaction(), pytest.raises(refusal):
            service.propose(region.agreement, office, other, "", by=by, now=now())
    with pytest.raises(IntegrityError), transaction():  # the database itself holds it, from the other side too
        make_counterpart(region.agreement, second, region.here.office, region.there.coordinator, now())
    db.session.rollback()


def test_offices_of_counties_fit_once_their_counties_are_paired(region: Region) -> None:
    with transaction():
        counties = [
            County(city_id=town.city.id, code=f"7{town.city.id:05}", name=both("County"))
            for town in (region.here, region.there, region.there)
        ]
        counties[2].code = "799999"
        db.session.add_all(counties)
        db.session.flush()
        in_county = {"level": Level.COUNTY}
        ours, theirs = (
            make_office(town.city, region.department, county=county, **in_county)
            for town, county in zip((region.here, region.there), counties, strict=False)
        )

    def suggested() -> list[tuple[int, int]]:
        offices = list_offices(region.agreement.city_ids)
        pairs = list_county_pairs(region.agreement.id)
        return [(one.office.id, one.other.id) for one in pairing.suggest(offices, pairs, [], region.here.city.id)]

    assert suggested() == [(region.here.office.id, region.there.office.id)]
    with transaction():
        pairing.pair_counties(region.agreement, counties[0], counties[1])
    with transaction(), pytest.raises(CountyPaired):
        pairing.pair_counties(region.agreement, counties[2], counties[0])
    assert (ours.id, theirs.id) in suggested()


def test_each_city_names_whom_to_ask(client: FlaskClient, region: Region) -> None:
    address = f"/coordinator/agreements/{region.agreement.id}/liaisons"
    sign_in(client, region.here.coordinator)
    own = f"{address}/{region.here.city.id}"
    send(client, own, office_id=region.here.office.id, coordinator_id=region.here.coordinator.id)
    assert region.here.coordinator.name in client.get("/coordinator/liaisons").text
    assert client.get(f"{address}/{region.there.city.id}").status_code == 404
    sign_in(client, region.elsewhere.coordinator)
    public = client.get(f"/agreements/{region.agreement.id}").text
    assert "0771-5550000" in public
    assert f"{region.here.coordinator.name}<" not in public
