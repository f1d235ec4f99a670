"""The pages of visits over HTTP: what is typed is kept, who is a stranger finds nothing, files calculate nothing."""

from __future__ import annotations

import csv
import io
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from exchange_app.catalogue.models import Base, BaseKind
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import Plan
from exchange_app.visits.models import ProgrammeEntry, Return, Visit
from exchange_app.visits.rules import VisitState
from tests.builders import both
from tests.coordination.conftest import Region
from tests.coordination.town import make_agreement
from tests.pages import form_of, send, sign_in, speak
from tests.visits.delegations import agree, carry_out, exchange_of, propose


def address_of(region: Region) -> str:
    return f"/coordinator/agreements/{region.agreement.id}/visits/{region.here.city.id}/{region.there.city.id}"


def only_visit() -> Visit:
    db.session.expire_all()
    return db.session.scalars(select(Visit)).one()


def test_a_visit_from_its_proposal_to_its_return(client: FlaskClient, region: Region) -> None:
    a, b, today = region.here, region.there, now().date()
    address = address_of(region)
    sign_in(client, a.coordinator)
    assert address in client.get("/coordinator/visits/new").text
    typed = {
        "title": "How courts mediate", "purpose": "learning", "plan": "community", "aims": "To <learn>",
        "starts_on": str(today), "ends_on": str(today - timedelta(days=1)), "members-0-office_id": str(a.office.id),
        "members-0-persons": "", "host_office_id": str(b.office.id), "contact_name": "Nong Mei",
        "contact_phone": "13900007777",
    }  # fmt: skip
    refused = send(client, address, **typed)
    assert refused.status_code == 422
    assert "Write how many persons come." in refused.text
    typed["members-0-persons"] = "4"
    refused = send(client, address, **typed)
    assert (refused.status_code, 'value="How courts mediate"' in refused.text) == (422, True)
    assert "The last day is not before the first one" in refused.text
    page = send(client, address, **(typed | {"ends_on": str(today)})).text
    assert "To &lt;learn&gt;" in page
    own = f"/coordinator/visits/{only_visit().id}"
    assert f"{own}/accept" not in page  # the side that proposed it does not answer
    sign_in(client, b.coordinator)
    assert own in client.get("/coordinator").text
    refused = send(client, own, f"{own}/decline", **{"decline-reason": ""})
    assert (refused.status_code, "Write why" in refused.text) == (422, True)
    assert "co-ordinator of each side" in send(client, own, f"{own}/accept").text
    programme = {"entries-0-title": "A talk", "entries-0-on": str(today), "entries-0-starts": "10:00"}
    refused = send(client, f"{own}/programme", **(programme | {"entries-0-ends": "09:00"}))
    assert (refused.status_code, "Write a time after the beginning." in refused.text) == (422, True)
    refused = send(client, f"{own}/programme", **(programme | {"entries-0-starts": "", "entries-0-on": ""}))
    assert refused.status_code == 422
    assert "Write on which day." in refused.text
    assert "Write when it begins." in refused.text
    assert 'value="A talk"' in refused.text
    assert "A talk" in send(client, f"{own}/programme", **(programme | {"entries-0-ends": "11:00"})).text
    calendar = client.get(f"{own}/calendar.ics")
    assert calendar.mimetype == "text/calendar"
    assert b"A talk" in calendar.data
    assert b"13900007777" not in calendar.data
    assert "counts in the ledger" in send(client, own, f"{own}/carried-out", came="60").text
    assert "60 → 6" in send(client, own, f"{own}/carried-out", came="6").text
    assert "Took place" in send(client, f"{own}/report", seen="Courts").text
    told = {"words": "Send <the> files", "owner_id": str(a.coordinator.id), "due_on": str(today)}
    page = send(client, own, f"{own}/follow-ups", **told).text
    assert "Send &lt;the&gt; files" in page
    number = only_visit().follow_ups[0].id
    assert "Done on" in send(client, own, f"{own}/follow-ups/{number}/done").text
    exchange = exchange_of(only_visit())
    page = client.get(f"/coordinator/exchanges/{exchange.id}/return").text
    back = f"/coordinator/agreements/{region.agreement.id}/visits/{b.city.id}/{a.city.id}?returns={exchange.id}"
    assert back in page
    form = form_of(client.get(back).text)
    assert form["members-0-office_id"] == str(b.office.id)  # who received then goes now
    assert form["host_office_id"] == str(a.office.id)
    assert form["purpose"] == "learning"
    assert "How courts mediate" in client.get("/coordinator/ledger").text


def test_a_base_that_a_programme_names_is_not_removed(client: FlaskClient, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        words = {name: both("Kept") for name in ("name", "description", "address")}
        kept = Base(city=b.city, kind=BaseKind.MUSEUM, slug="kept", **words)
        visit = agree(region.agreement, a, b, now())
        visit.entries = [ProgrammeEntry(on=visit.starts_on, starts=time(9), title="A walk", base=kept)]
    sign_in(client, b.organiser)
    address = f"/organiser/bases/{kept.id}"
    page = send(client, address, f"{address}/remove")
    assert (page.status_code, "The programme of a visit names this base" in page.text) == (200, True)
    assert "Its words in both languages and its photo are gone then" in client.get(address).text
    with transaction():
        visit.entries = []
    assert "The base is removed." in send(client, address, f"{address}/remove").text


def test_strangers_and_other_cities_of_the_agreement(client: FlaskClient, region: Region) -> None:
    """Who is no party finds nothing; a third city reads, and neither answers nor sees whom to call."""
    a, b, c = region.here, region.there, region.elsewhere
    with transaction():
        visit = propose(region.agreement, a, b, now())
        three = make_agreement([a.city, b.city, c.city], a.coordinator, now())
        other = propose(three, a, b, now(), title="Among three")
    sign_in(client, c.coordinator)
    for address in ("", "/edit", "/programme", "/report", "/files/new", "/calendar.ics"):
        assert client.get(f"/coordinator/visits/{visit.id}{address}").status_code == 404
    assert client.get(f"/coordinator/ledger.csv?agreement={region.agreement.id}").status_code == 200
    page = client.get(f"/coordinator/visits/{other.id}").text
    assert "Among three" in page
    assert "13900007777" not in page
    assert "/accept" not in page
    for address in ("edit", "programme", "report", "files/new"):
        assert client.get(f"/coordinator/visits/{other.id}/{address}").status_code == 403
    way = f"/coordinator/agreements/{three.id}/visits/{a.city.id}/{b.city.id}"
    assert client.get(way).status_code == 403
    sign_in(client, b.coordinator)
    assert "13900007777" in client.get(f"/coordinator/visits/{other.id}").text


def test_a_link_is_made_and_undone_by_hand(client: FlaskClient, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        outward = exchange_of(agree(region.agreement, a, b, now()))
        back = exchange_of(agree(region.agreement, b, a, now() + timedelta(days=60), title="The return"))
    page = f"/coordinator/exchanges/{outward.id}/return"
    sign_in(client, a.coordinator)
    assert "the same offices or schools" in client.get(page).text
    assert "Is returned by" in send(client, page, f"{page}/{back.id}").text
    assert "The return" in client.get(f"/coordinator/visits/{outward.visit_id}").text
    assert "They are not linked" in send(client, page, f"{page}/unlink").text
    assert db.session.scalars(select(Return)).all() == []


def test_the_ledger_as_a_file_calculates_nothing(client: FlaskClient, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        a.city.name = Translated(zh_Hans="=南宁", en="=1+1")
        visit = carry_out(region.agreement, a, b, now() - timedelta(days=60), came=12, plan=Plan.TOURISM)
    period = f"since={visit.ends_on}&until={visit.ends_on}"
    sign_in(client, b.coordinator)
    answer = client.get(f"/coordinator/ledger.csv?{period}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1][2:] == ["Tourism", "'=1+1", str(b.city.name["en"]), "1", "12", "36", region.agreement.name["en"]]
    book = load_workbook(io.BytesIO(client.get(f"/coordinator/ledger.xlsx?{period}").data)).worksheets[0]
    cell = book.cell(2, 4)
    assert (cell.value, cell.data_type, book.cell(2, 7).value) == ("=1+1", "s", 12)
    assert book.column_dimensions["G"].number_format == "General", "a sum typed below the numbers is calculated"
    assert "Nothing took place" in client.get("/coordinator/ledger?since=2020-01-01&until=2020-12-31").text
    refused = client.get("/coordinator/ledger?since=2027-02-01&until=2027-01-01")
    assert "The last day is not before the first one." in refused.text
    assert client.get("/coordinator/ledger?since=nonsense&year=nonsense&agreement=nonsense").status_code == 200


@pytest.mark.parametrize(("came", "is_shown"), [(9, False), (10, True)])
def test_everybody_reads_counts_and_no_small_ones(
    client: FlaskClient, region: Region, came: int, is_shown: bool
) -> None:
    with transaction():
        visit = carry_out(region.agreement, region.here, region.there, now() - timedelta(days=60), came=came)
    speak(client, "en")
    page = client.get(f"/agreements/{region.agreement.id}/visits?year={visit.ends_on.year}").text
    assert (">fewer than 10<" in page) is not is_shown
    assert (f">{came}<" in page) is is_shown
    assert (f">{came * 3}<" in page) is is_shown
    assert str(visit.title) not in page


def test_months_to_a_return_are_the_agreements_own(app: Flask, client: FlaskClient, region: Region) -> None:
    with transaction():
        carry_out(region.agreement, region.here, region.there, now() - timedelta(days=300))
    sign_in(client, region.there.coordinator)
    address, action = "/coordinator/ledger", f"/coordinator/agreements/{region.agreement.id}/months-to-return"
    assert "Return overdue" not in client.get(address).text
    refused = send(client, address, action, months="0")
    assert (refused.status_code, "from 1 to 60" in refused.text) == (422, True)
    assert "Return overdue" in send(client, address, action, months="6").text
    assert "Returns overdue" in client.get("/coordinator").text
    assert only_visit().state is VisitState.CARRIED_OUT
