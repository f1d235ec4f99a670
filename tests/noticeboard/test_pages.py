"""The pages of the noticeboard: what is typed is kept, what is downloaded stays closed to others, the feed is Atom."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.noticeboard import service
from exchange_app.noticeboard.models import Notice
from exchange_app.noticeboard.rules import Visibility
from exchange_app.partners.paper_files import PaperFile
from exchange_app.web.atom import ATOM
from tests.noticeboard.offices import Towns, make_notice, make_towns
from tests.pages import Browser, form_of, send, sign_in, speak

WRITTEN = {
    "title-zh_Hans": "雨季提示", "title-en": "Rain", "body-zh_Hans": "请带雨具", "body-en": "Bring a coat",
    "kind": "policy", "category": "safety", "visibility": "public", "document_number": "No. 7",
}  # fmt: skip


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def towns(app: Flask) -> Towns:
    with transaction():
        return make_towns()


def test_from_the_draft_to_the_reader_and_back(towns: Towns, client: FlaskClient, app: Flask) -> None:
    sign_in(client, towns.nanning.officer)
    page = send(client, "/noticeboard/new", **WRITTEN)
    assert "The draft is kept" in page.text
    notice = db.session.scalars(select(Notice)).one()
    address = f"/noticeboard/{notice.id}"
    visitor = Browser(app, app.response_class)
    speak(visitor, "en")
    assert visitor.get(f"/notices/{notice.id}").status_code == 404
    upload = {**form_of(client.get(address).text, f"{address}/files"), "file": (io.BytesIO(b"%PDF-1.7"), "计划.pdf")}
    assert "The file is attached" in client.post(f"{address}/files", data=upload, follow_redirects=True).text
    assert "It is published" in send(client, address, f"{address}/publish").text
    shown = visitor.get(f"/notices/{notice.id}").text
    assert ("Bring a coat" in shown, "No. 7" in shown, "计划.pdf" in shown) == (True, True, True)
    assert "Rain" in visitor.get("/notices?q=coat&kind=policy").text
    (file,) = db.session.get_one(Notice, notice.id).files
    download = visitor.get(f"/notices/{notice.id}/files/{file.id}")
    assert (download.data, download.content_type) == (b"%PDF-1.7", "application/pdf")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert "It is withdrawn" in send(client, address, f"{address}/withdraw").text
    for gone in (f"/notices/{notice.id}", f"/notices/{notice.id}/files/{file.id}"):
        assert visitor.get(gone).status_code == 404


def test_what_was_typed_stays_beside_its_refusal(towns: Towns, client: FlaskClient) -> None:
    sign_in(client, towns.nanning.officer)
    refused = send(client, "/noticeboard/new", **WRITTEN | {"visibility": "department", "document_number": "No. 8"})
    assert refused.status_code == 422
    assert 'id="department_id-error"' in refused.text
    assert 'value="No. 8"' in refused.text
    assert db.session.scalars(select(Notice)).all() == []


def test_a_wrong_file_is_said_beside_its_field_and_nothing_else_is_lost(towns: Towns, client: FlaskClient) -> None:
    with transaction():
        notice = make_notice(towns.nanning.officer)
    sign_in(client, towns.nanning.officer)
    address = f"/noticeboard/{notice.id}"
    upload = {**form_of(client.get(address).text, f"{address}/files"), "file": (io.BytesIO(b"MZ"), "plan.exe")}
    refused = client.post(f"{address}/files", data=upload)
    assert (refused.status_code, 'id="file-error"' in refused.text) == (422, True)
    assert "Bring a coat" in refused.text


@pytest.mark.parametrize(("megabytes", "status"), [(9, 303), (11, 422), (21, 413)])
def test_a_file_may_be_larger_than_other_forms_and_has_its_bound(
    towns: Towns, client: FlaskClient, megabytes: int, status: int
) -> None:
    with transaction():
        notice = make_notice(towns.nanning.officer)
    sign_in(client, towns.nanning.officer)
    address = f"/noticeboard/{notice.id}"
    content = b"%PDF-1.7" + bytes(megabytes * 1024 * 1024)
    upload = {**form_of(client.get(address).text, f"{address}/files"), "file": (io.BytesIO(content), "plan.pdf")}
    assert client.post(f"{address}/files", data=upload).status_code == status


def test_nobody_else_downloads_what_is_for_partners(towns: Towns, client: FlaskClient, app: Flask) -> None:
    with transaction():
        notice = make_notice(towns.nanning.coordinator, visibility=Visibility.PARTNERS)
        file = service.attach_file(notice, PaperFile("plan.pdf", "application/pdf", b"%PDF-1.7"))
        other = make_notice(towns.elsewhere.coordinator)
    address = f"/notices/{notice.id}/files/{file.id}"
    assert client.get(address).status_code == 404
    sign_in(client, towns.elsewhere.teacher)
    assert client.get(address).status_code == 404
    assert client.get(f"/notices/{other.id}/files/{file.id}").status_code == 404
    partner = Browser(app, app.response_class)
    sign_in(partner, towns.chongzuo.teacher)
    assert partner.get(address).status_code == 200


def test_reading_marks_are_made_by_hand_and_shown(towns: Towns, client: FlaskClient) -> None:
    with transaction():
        notice = make_notice(towns.nanning.coordinator)
    sign_in(client, towns.chongzuo.teacher)
    assert "New" in client.get("/notices").text
    address = f"/notices/{notice.id}"
    assert "Mark as read" not in send(client, address, f"{address}/read").text
    assert "inbox-unread" not in client.get("/notices").text
    sign_in(client, towns.nanning.coordinator)
    assert "Read by one person" in client.get(f"/noticeboard/{notice.id}").text


def test_the_feed_has_what_is_public_in_the_readers_language(towns: Towns, client: FlaskClient) -> None:
    with transaction():
        notice = make_notice(towns.nanning.coordinator)
        make_notice(towns.nanning.coordinator, visibility=Visibility.PARTNERS)
        elsewhere = make_notice(towns.elsewhere.coordinator)
    answer = client.get("/notices.atom", headers={"Accept-Language": "en"})
    assert answer.content_type.startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.data)
    entries = feed.findall(f"{{{ATOM}}}entry")
    titles = [entry.findtext(f"{{{ATOM}}}title") for entry in entries]
    assert titles == ["Rain", "Rain"]
    ids = {entry.findtext(f"{{{ATOM}}}id", "").rpartition("/")[2] for entry in entries}
    assert ids == {str(notice.id), str(elsewhere.id)}
    again = {"Accept-Language": "en", "If-None-Match": answer.headers["ETag"]}
    assert client.get("/notices.atom", headers=again).status_code == 304
    of_one = client.get(f"/notices.atom?city={towns.nanning.city.slug}").data
    assert len(ElementTree.fromstring(of_one).findall(f"{{{ATOM}}}entry")) == 1
