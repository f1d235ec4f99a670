"""Cities agree, join, leave and end; their papers are what they say they are, and read by whom they are for."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.partners import agreements
from exchange_app.partners.agreements import AgreementTerms
from exchange_app.partners.errors import LeftTooEarly, PaperTooLarge, PaperUnknown, TooFewParties
from exchange_app.partners.models import Agreement, AgreementPaper, Counterpart, Liaison, Plan
from exchange_app.partners.paper_files import MOST_BYTES, read_paper
from exchange_app.partners.queries import find_counterpart, get_agreement
from exchange_app.partners.rules import AgreementState, CounterpartState
from tests.builders import both
from tests.coordination.conftest import Region
from tests.coordination.town import make_agreement, make_counterpart
from tests.pages import form_of, send, sign_in

OFFICE_FILES = "[Content_Types].xml", "word/document.xml"


def archive(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as written:
        for name in names:
            written.writestr(name, "<x/>")
    return file.getvalue()


def photo(kind: str = "JPEG", **saved: Any) -> bytes:
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Maker of the telephone"
    Image.new("RGB", (40, 30), "white").save(file, kind, exif=exif, **saved)
    return file.getvalue()


def test_a_draft_is_seen_by_its_cities_and_signed_by_everybody(client: FlaskClient, region: Region) -> None:
    sign_in(client, region.here.coordinator)
    typed = {"name-en": "Rivers and mountains", "text-en": "To travel together", "plans": "tourism"}
    assert (
        "Choose at least one plan"
        in send(client, "/coordinator/agreements/new", **typed | {"plans": None}, city_ids=region.there.city.id).text
    )
    refused = send(client, "/coordinator/agreements/new", **typed)
    assert "at least two cities" in refused.text
    assert 'value="Rivers and mountains"' in refused.text
    send(client, "/coordinator/agreements/new", **typed, city_ids=region.there.city.id)
    drafted = db.session.scalars(select(Agreement).where(Agreement.state == AgreementState.DRAFT)).one()
    assert [party.city_id for party in drafted.parties] == [region.here.city.id, region.there.city.id]
    assert client.get(f"/agreements/{drafted.id}").status_code == 404
    address = f"/coordinator/agreements/{drafted.id}"
    page = client.get(address).text
    forged = {**form_of(page, f"{address}/drop"), "signed_on": str(now().date())}
    for answer in (page, client.post(f"{address}/sign", data=forged).text):
        assert "another one of its cities" in answer  # no city alone
    sign_in(client, region.elsewhere.coordinator)
    assert client.get(address).status_code == 404
    sign_in(client, region.there.coordinator)
    tomorrow = str(now().date() + timedelta(days=2))
    assert "still to come" in send(client, address, f"{address}/sign", signed_on=tomorrow).text
    assert "The agreement is in force" in send(client, address, f"{address}/sign").text
    sign_in(client, region.elsewhere.coordinator)
    assert "Rivers and mountains" in client.get(f"/agreements/{drafted.id}").text
    assert client.get(address).status_code == 404
    signed = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.AGREEMENT_SIGNED)).all()
    assert [entry.subject for entry in signed][-1] == f"agreement:{drafted.id}"


def test_a_city_that_leaves_takes_its_pairs_along_and_sees_nothing_any_more(region: Region) -> None:
    by, agreement = region.here.coordinator, region.agreement
    with transaction(), pytest.raises(TooFewParties):
        agreements.remove_party(agreement, region.there.city.id, None, by_id=by.id, now=now())
    with transaction():
        agreements.add_party(agreement, region.elsewhere.city, None, by_id=by.id, now=now())
        confirmed = CounterpartState.CONFIRMED
        pair = make_counterpart(agreement, region.here.office, region.there.office, by, now(), confirmed)
        other = make_counterpart(agreement, region.elsewhere.office, region.here.office, by, now(), confirmed)
        db.session.add(
            Liaison(agreement_id=agreement.id, city_id=region.there.city.id, office_id=region.there.office.id)
        )
    assert [city.id for city in agreement.cities][-1] == region.elsewhere.city.id
    later = now().date() + timedelta(days=2)
    with transaction(), pytest.raises(LeftTooEarly):
        agreements.remove_party(agreement, region.there.city.id, later, by_id=by.id, now=now())
    with transaction():
        agreements.remove_party(agreement, region.there.city.id, None, by_id=by.id, now=now())
    db.session.expire_all()
    assert db.session.get_one(Counterpart, pair.id).state is CounterpartState.ENDED
    assert db.session.get_one(Counterpart, other.id).state is confirmed
    assert db.session.scalars(select(Liaison)).all() == []
    assert get_agreement(agreement.id, region.here.city.id)
    with pytest.raises(Exception, match="agreement-not-found"):
        get_agreement(agreement.id, region.there.city.id)


def test_a_city_that_joins_is_told_to_those_who_were_there_before(client: FlaskClient, region: Region) -> None:
    """It reads from then on what they write for partners."""
    sign_in(client, region.here.coordinator)
    words = f"{region.elsewhere.city.name['en']} joined on "
    assert words not in client.get("/coordinator").text
    with transaction():
        agreement = region.agreement
        agreements.add_party(agreement, region.elsewhere.city, None, by_id=region.there.coordinator.id, now=now())
        agreement.in_force_from = now().date() - timedelta(days=1)
    assert words in client.get("/coordinator").text


def test_who_changed_a_draft_last_does_not_sign_it(client: FlaskClient, region: Region) -> None:
    """Else one of the cities would bind the others to words that they never read."""
    here, there = region.here, region.there
    terms = AgreementTerms(both("Rivers"), both("To travel"), [Plan.TOURISM], None, None)
    with transaction():
        cities = [here.city, there.city]
        draft = agreements.draft_agreement(terms, cities, by_id=here.coordinator.id, now=now())
    address = f"/coordinator/agreements/{draft.id}"
    sign_in(client, there.coordinator)
    send(client, address, f"{address}/join", city_id=region.elsewhere.city.id)
    assert f"{address}/sign" not in client.get(address).text
    sign_in(client, here.coordinator)
    assert "The agreement is in force" in send(client, address, f"{address}/sign").text


def test_no_city_alone_lets_another_in_puts_it_out_or_ends_what_three_agreed(
    client: FlaskClient, region: Region
) -> None:
    here, there, elsewhere, agreement = region.here, region.there, region.elsewhere, region.agreement
    address = f"/coordinator/agreements/{agreement.id}"

    def parties() -> list[int]:
        return [city.id for city in get_agreement(agreement.id, None).cities]

    def proposal(action: str) -> str:
        found = re.search(rf"{address}/proposals/\d+/{action}", client.get(address).text)
        return found[0] if found else ""

    sign_in(client, here.coordinator)
    join = {"city_id": elsewhere.city.id, "since": str(now().date() + timedelta(days=2))}
    for wrong in (join, {**join, "since": "2001-01-01"}):
        assert "This day is still to come" in send(client, address, f"{address}/join", **wrong).text
    join["since"] = None
    assert "Proposed: it holds once" in send(client, address, f"{address}/join", **join).text
    told = select(Letter.reader_id).where(Letter.kind == "agreement_proposed")
    assert db.session.scalars(told).all() == [there.coordinator.id]
    assert "waits for the word" in send(client, address, f"{address}/join", **join).text
    assert proposal("agree") == ""
    own = form_of(client.get(address).text, proposal("drop"))
    forged = client.post(proposal("drop").replace("drop", "agree"), data=own, follow_redirects=True)
    assert "Your city proposed this" in forged.text
    sign_in(client, elsewhere.coordinator)
    assert client.get(address).status_code == 404
    assert elsewhere.city.id not in parties()
    sign_in(client, there.coordinator)
    assert "the word of our city" in client.get("/coordinator").text
    stale = form_of(client.get(address).text, agree := proposal("agree"))
    send(client, address, agree)
    assert parties()[-1] == elsewhere.city.id
    written = select(AuditEntry.what, AuditEntry.by_id).where(
        AuditEntry.what.in_(("agreement_proposed", "agreement_joined"))
    )
    assert [*db.session.execute(written.order_by(AuditEntry.number))] == [
        (What.AGREEMENT_PROPOSED, here.coordinator.id),
        (What.AGREEMENT_JOINED, there.coordinator.id),
    ]
    assert client.post(agree, data=stale).status_code == 404  # the second click
    sign_in(client, here.coordinator)
    until = str(now().date())
    assert "bring the end forward" in send(client, f"{address}/edit", in_force_until=until).text
    send(client, address, f"{address}/end", reason="No money")
    assert get_agreement(agreement.id, None).state is AgreementState.IN_FORCE
    send(client, address, f"{address}/leave", city_id=there.city.id)
    assert there.city.id in parties()
    sign_in(client, there.coordinator)
    send(client, address, proposal("drop"))  # that it ends
    send(client, address, f"{address}/leave", city_id=there.city.id)  # of its own will
    assert parties() == [here.city.id, elsewhere.city.id]
    assert get_agreement(agreement.id, None).proposals == []
    sign_in(client, here.coordinator)
    assert "The agreement has ended" in send(client, address, f"{address}/end").text  # of two, each may go


def test_the_chair_goes_round_in_an_order_that_can_be_changed(client: FlaskClient, region: Region) -> None:
    sign_in(client, region.here.coordinator)
    address = f"/coordinator/agreements/{region.agreement.id}"
    send(client, address, f"{address}/parties/{region.there.city.id}/forward")
    found = get_agreement(region.agreement.id, None)
    assert [city.id for city in found.cities] == [region.there.city.id, region.here.city.id]


def test_an_agreement_ends_by_itself_after_its_last_day(region: Region) -> None:
    with transaction():
        until = now().date() - timedelta(days=3)
        over = make_agreement(
            [region.here.city, region.elsewhere.city], region.here.coordinator, now(), in_force_until=until
        )
        pair = region.here.office, region.elsewhere.office
        make_counterpart(over, *pair, region.here.coordinator, now(), CounterpartState.CONFIRMED)
    assert find_counterpart(region.here.office, region.elsewhere.city) == region.elsewhere.office
    with transaction():
        assert agreements.end_run_out(now()) == 1
    with transaction():
        assert agreements.end_run_out(now()) == 0
    db.session.expire_all()
    assert (over.state, over.ended_on) == (AgreementState.ENDED, until)
    assert find_counterpart(region.here.office, region.elsewhere.city) is None
    assert over.plans == list(Plan)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7 text", "application/pdf"),
        (archive(*OFFICE_FILES), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (photo(), "image/jpeg"),
        (photo("MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))]), "image/jpeg"),
    ],
)
def test_a_paper_is_what_its_content_says(content: bytes, content_type: str) -> None:
    paper = read_paper(BytesIO(content), "..\\..\\协议/正文 <1>.exe")
    assert paper.content_type == content_type
    assert paper.filename.startswith("正文 _1.")
    assert not paper.filename.endswith("exe")
    assert b"Maker" not in paper.content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<html>",
        archive("a.txt"),
        archive(*OFFICE_FILES, "word/vbaProject.bin"),
        b"PK\x03\x04 broken",
        b"\xff\xd8\xff broken",
    ],
)
def test_what_is_no_paper_is_refused(content: bytes) -> None:
    with pytest.raises(PaperUnknown):
        read_paper(BytesIO(content), "paper.pdf")
    with pytest.raises(PaperTooLarge):
        read_paper(BytesIO(b"%PDF-" + b"0" * MOST_BYTES), "paper.pdf")


def test_a_paper_is_for_the_parties_until_it_is_shown_to_everybody(client: FlaskClient, region: Region) -> None:
    sign_in(client, region.here.coordinator)
    address = f"/coordinator/agreements/{region.agreement.id}"
    values = {**form_of(client.get(f"{address}/papers/new").text), "title-en": "Signed text"}
    assert "Choose a file" in client.post(f"{address}/papers/new", data=values).text
    file = {"file": (BytesIO(b"%PDF-1.7 signed"), "协议.pdf")}
    answer = client.post(f"{address}/papers/new", data=values | file, follow_redirects=True)
    assert "Only the parties read it" in answer.text
    twice = {"file": (BytesIO(b"%PDF-1.7 signed"), "again.pdf")}
    assert "among the papers already" in client.post(f"{address}/papers/new", data=values | twice).text
    paper = db.session.scalars(select(AgreementPaper)).one()
    download = f"/agreements/{region.agreement.id}/papers/{paper.id}"
    sign_in(client, region.there.organiser)
    found = client.get(download)
    assert (found.data, found.mimetype) == (b"%PDF-1.7 signed", "application/pdf")
    assert found.headers["Content-Disposition"].startswith("attachment")
    sign_in(client, region.elsewhere.coordinator)
    assert client.get(download).status_code == 404
    assert "Signed text" not in client.get(f"/agreements/{region.agreement.id}").text
    sign_in(client, region.here.coordinator)
    send(client, address, f"{address}/papers/{paper.id}/show")
    sign_in(client, region.elsewhere.coordinator)
    assert client.get(download).status_code == 200
    assert "Signed text" in client.get(f"/agreements/{region.agreement.id}").text
    sign_in(client, region.here.coordinator)
    send(client, address, f"{address}/papers/{paper.id}/remove")
    assert client.get(download).status_code == 404
    about_papers = AuditEntry.what.startswith("agreement_paper")
    kinds = db.session.scalars(select(AuditEntry.what).where(about_papers).order_by(AuditEntry.number)).all()
    assert kinds == [What.AGREEMENT_PAPER_ADDED, What.AGREEMENT_PAPER_SHOWN, What.AGREEMENT_PAPER_REMOVED]
