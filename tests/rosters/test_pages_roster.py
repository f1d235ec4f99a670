"""The roster's page: what was read, what has to be mended and why, what is shown masked, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries
from exchange_app.rosters.masking import mask_document, mask_phone
from exchange_app.rosters.models import Participant, UnmendedRow
from tests.builders import make_departure, make_hold, make_leader, make_package
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.sheet import HEADINGS, Row, group, pasted, pupil, teacher, workbook
from tests.statements import counted_statements

ASKS = [
    {"field": "document_number", "reason": {"en": "For the train tickets", "zh_Hans": "购买火车票"}},
    {"field": "health_note", "reason": {"en": "So that carers know", "zh_Hans": "便于照看"}},
]
NUMBER = "459900201303150017"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def booking(client: FlaskClient) -> Booking:
    with transaction():
        booking = make_hold(make_departure(now=now()), make_leader(), pupils=3, staff=1, now=now())
    sign_in(client, booking.leader)
    return booking


def confirm(booking: Booking) -> None:
    with transaction():
        contact = Contact("Wei Lan", "wei.lan@test.example", "13900005678")
        bookings.set_contact(booking, contact, by=booking.leader, now=now())
        bookings.submit_booking(booking, by=booking.leader, now=now())


def roster_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}/roster"


def hand_in(client: FlaskClient, booking: Booking, rows: list[Row], headings: Row = HEADINGS) -> TestResponse:
    return send(client, roster_of(booking), roster_of(booking), roster_text=pasted(rows, headings))


def mending_form(page: TestResponse, number: int) -> tuple[str, str]:
    """Where the form of a row goes, and the beginning of its field names."""
    found = re.search(rf">Row {number}\b.*?action=\"(/bookings/\w+/roster/rows/(\d+))\"", page.text, re.DOTALL)
    assert found, f"row {number} is not among the rows to mend"
    return found[1], f"row{found[2]}-"


def test_a_roster_is_pasted_and_its_result_told(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, [*group(2, 1), pupil(3, guardian_phone="139000")])
    assert "3 persons were added. One row has to be mended." in page.text
    assert "2 of 3 named" in page.text
    assert "<dt>Rows to mend</dt><dd>1</dd>" in page.text
    page = hand_in(client, booking, [*group(2, 1), pupil(3)])
    assert "One person was added. 3 were brought up to date." in page.text


def test_a_column_that_was_not_asked_for_is_named_and_not_kept(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, [(*pupil(1), "壮族")], (*HEADINGS, "民族"))
    assert "Not asked for and so not kept: 民族." in page.text
    assert "壮族" not in page.text


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_template_comes_back_filled_in(client: FlaskClient, booking: Booking, language: str) -> None:
    with client.session_transaction() as session:
        session["language"] = language
    template = client.get(f"{roster_of(booking)}/template")
    book = load_workbook(BytesIO(template.data))
    book.worksheets[0].append(pupil(1))
    file = BytesIO()
    book.save(file)
    file.seek(0)
    fields = form_of(client.get(roster_of(booking)).text, roster_of(booking))
    client.post(roster_of(booking), data={**fields, "roster_file": (file, "名册.xlsx")})
    assert [person.name for person in queries.list_participants(booking.id)] == [pupil(1)[1]]


def test_neither_file_nor_cells_and_both(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, [], headings=())
    assert page.status_code == 422
    assert "Choose a file, or paste the cells below." in page.text
    fields = form_of(client.get(roster_of(booking)).text, roster_of(booking))
    both = {"roster_text": pasted(group(1, 1)), "roster_file": (workbook(group(1, 1)), "r.xlsx")}
    page = client.post(roster_of(booking), data={**fields, **both})
    assert "Choose a file or paste the cells, not both." in page.text
    assert pupil(1)[1] in page.text  # what was pasted is kept
    assert db.session.query(Participant).count() == 0


def test_a_row_is_mended_beside_its_reason(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, [pupil(1, guardian_phone="139000", name="覃小1")])
    mend, prefix = mending_form(page, 2)
    assert "A name has no digits; this one has “1”." in page.text
    page = send(client, roster_of(booking), mend, **{f"{prefix}name": "覃小一"})
    assert page.status_code == 422
    assert 'value="覃小一"' in page.text
    assert "A name has no digits" not in page.text
    assert "The phone number has 6 digits; a mobile number has 11." in page.text
    page = send(
        client, roster_of(booking), mend, **{f"{prefix}name": "覃小一", f"{prefix}guardian_phone": "13900000001"}
    )
    assert "The row is mended" in page.text
    assert db.session.query(UnmendedRow).count() == 0


def test_a_row_is_left_out(client: FlaskClient, booking: Booking) -> None:
    mend, _ = mending_form(hand_in(client, booking, [pupil(1, name="")]), 2)
    token = form_of(client.get(roster_of(booking)).text, mend)
    page = client.post(f"{mend}/drop", data=token, follow_redirects=True)
    assert "The row is dropped." in page.text
    assert db.session.query(UnmendedRow).count() == 0


def test_htmx_gets_the_row_alone_and_then_the_list_beside_it(client: FlaskClient, booking: Booking) -> None:
    mend, prefix = mending_form(hand_in(client, booking, [pupil(1, guardian_phone="139000")]), 2)
    fields = form_of(client.get(roster_of(booking)).text, mend)
    answer = client.post(mend, data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.text.strip().startswith("<article")
    fields = {**fields, f"{prefix}guardian_phone": "13900000001"}
    answer = client.post(mend, data=fields, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 2
    assert "1 of 3 named" in answer.text


def test_many_rows_to_mend_come_twenty_at_a_time(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, [pupil(number, guardian_phone="1") for number in range(1, 51)])
    assert "<dt>Rows to mend</dt><dd>50</dd>" in page.text
    assert page.text.count("<article") == 20
    assert "Show the next of the 30 that follow" in page.text


def test_beyond_the_seats_nobody_is_taken(client: FlaskClient, booking: Booking) -> None:
    page = hand_in(client, booking, group(4, 1))
    assert "4 persons were added. One row has to be mended." in page.text
    assert "Seats for 3 pupils were booked, and all of them are named." in page.text


def test_a_person_is_added_changed_and_removed(client: FlaskClient, booking: Booking) -> None:
    fields = dict(zip(("role", *FIELD_NAMES), ("pupil", *pupil(1)[1:]), strict=True))
    page = send(client, f"{roster_of(booking)}/add", **fields | {"second_phone": fields["guardian_phone"]})
    assert page.status_code == 422
    assert "The second emergency phone has to be another number than the first." in page.text
    page = send(client, f"{roster_of(booking)}/add", **fields)
    assert "The person is in the roster." in page.text
    page = send(client, f"{roster_of(booking)}/add", **fields)
    assert "Somebody with this name and class is in the roster already." in page.text

    person = queries.list_participants(booking.id)[0]
    address = f"{roster_of(booking)}/{person.id}"
    phones = fields["guardian_phone"], fields["second_phone"]
    assert not any(phone in client.get(address).text for phone in phones)
    page = send(client, address, name="Vangz Genqdaz")
    assert "The person is changed." in page.text
    assert "Vangz Genqdaz" in page.text
    person = queries.list_participants(booking.id)[0]
    assert (person.guardian_phone, person.second_phone) == phones
    page = send(client, address, f"{address}/remove")
    assert "The person is no longer in the roster." in page.text
    assert booking.named == 0


FIELD_NAMES = ("name", "class_name", "guardian_name", "guardian_phone", "second_phone")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13912345678", "139****5678"), ("0771-5400001", "077****0001"), ("1234567", "****4567"), ("", "")],
)
def test_phones_are_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_documents_show_their_end_alone() -> None:
    assert mask_document(NUMBER) == "****0017"


@pytest.fixture
def travelling(client: FlaskClient) -> Booking:
    """A group whose package asks for document numbers and health notes."""
    with transaction():
        package = make_package(approvals=[], asks=ASKS)
        booking = make_hold(make_departure(package, now=now()), make_leader(), pupils=3, staff=1, now=now())
    sign_in(client, booking.leader)
    return booking


def test_document_numbers_are_asked_once_the_group_is_confirmed(client: FlaskClient, travelling: Booking) -> None:
    headings = (*HEADINGS, "证件号码", "健康备注")
    rows = [(*pupil(1), NUMBER, "花生过敏")]
    page = hand_in(client, travelling, rows, headings)
    assert "Not asked for and so not kept: 证件号码." in page.text
    assert "So that carers know" in client.get(f"{roster_of(travelling)}/add").text
    assert "For the train tickets" not in client.get(f"{roster_of(travelling)}/add").text
    confirm(travelling)
    assert "missing for one person" in client.get(f"{roster_of(travelling)}/summary").text
    page = hand_in(client, travelling, rows, headings)
    assert "Document number missing" not in page.text
    assert "****0017" in page.text
    assert "Health note: noted" in page.text
    for address in (roster_of(travelling), f"{roster_of(travelling)}/summary", f"/bookings/{travelling.code}"):
        shown = client.get(address).text
        assert NUMBER not in shown
        assert "花生过敏" not in shown


def test_changing_a_person_shows_no_secret_and_loses_none(client: FlaskClient, travelling: Booking) -> None:
    confirm(travelling)
    hand_in(client, travelling, [(*pupil(1), NUMBER, "花生过敏")], (*HEADINGS, "证件号码", "健康备注"))
    person = queries.list_participants(travelling.id)[0]
    address = f"{roster_of(travelling)}/{person.id}"
    page = client.get(address).text
    assert NUMBER not in page
    assert "花生过敏" not in page
    assert "Kept: ****0017." in page
    assert "For the train tickets" in page
    send(client, address, class_name="六年级1班")
    person = queries.list_participants(travelling.id)[0]
    assert (person.class_name, person.document_number, person.health_note) == ("六年级1班", NUMBER, "花生过敏")
    send(client, address, health_note="无")
    assert queries.list_participants(travelling.id)[0].health_note is None


def test_after_the_deadline_the_roster_is_shown_and_closed(client: FlaskClient, booking: Booking) -> None:
    confirm(booking)
    hand_in(client, booking, [pupil(1)])
    person = queries.list_participants(booking.id)[0]
    fields = form_of(client.get(roster_of(booking)).text, roster_of(booking))
    with transaction():
        booking.submitted_at = now() - timedelta(days=2)  # or there would be a day for it
        booking.departure.roster_due_at = now() - timedelta(minutes=1)
    page = client.get(roster_of(booking)).text
    assert "The roster can no longer be changed: it was due on" in page
    assert pupil(1)[1] in page
    assert "<textarea" not in page
    answer = client.post(roster_of(booking), data={**fields, "roster_text": pasted([pupil(2)])})
    assert "The roster can no longer be changed: it was due on" in answer.text
    answer = client.post(f"{roster_of(booking)}/{person.id}/remove", data=fields)
    assert answer.status_code == 409
    assert db.session.query(Participant).count() == 1


def test_a_dotted_a_rare_and_a_zhuang_name_survive(client: FlaskClient, booking: Booking) -> None:
    names = ["阿依古丽・买买提", "𠮷田", "Vangz Genqdaz"]
    page = hand_in(client, booking, [pupil(number, name=name) for number, name in enumerate(names, start=1)])
    for name in ("阿依古丽·买买提", "𠮷田", "Vangz Genqdaz"):
        assert name in page.text


@pytest.mark.parametrize("rows", [5, 200])
def test_a_larger_roster_costs_no_more_statements(client: FlaskClient, rows: int) -> None:
    with transaction():
        booking = make_hold(make_departure(capacity=600, now=now()), make_leader(), pupils=300, staff=30, now=now())
    sign_in(client, booking.leader)
    fields: dict[str, Any] = dict(form_of(client.get(roster_of(booking)).text, roster_of(booking)))
    wrong = [pupil(1000 + number, guardian_phone="1") for number in range(rows // 5)]
    for _ in range(2):  # the second time every row is known
        db.session.remove()
        with counted_statements() as sent:
            answer = client.post(
                roster_of(booking),
                data={**fields, "roster_text": pasted([*group(rows, 1), teacher(2), *wrong])},
            )
        assert answer.status_code == 303
        assert len(sent) <= 12, "\n".join(sent)
    db.session.remove()
    with counted_statements() as sent:
        assert client.get(roster_of(booking)).status_code == 200
    assert len(sent) <= 4, "\n".join(sent)
