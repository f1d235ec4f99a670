"""Nothing is kept that is not asked for, by whatever road it comes; what is no longer asked for is hidden, and goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.errors import DocumentNamedTwice
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.rules import OPTIONAL_FIELDS
from exchange_app.rosters.unasked import drop_unasked
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.group import EVERYTHING, MORE, NOTE, NUMBERS, child, make_group, put_in
from tests.rosters.sheet import HEADINGS, pasted, pupil, teacher, workbook
from tests.rosters.test_pages_roster import FIELD_NAMES, roster_of

ALL = frozenset(OPTIONAL_FIELDS)
TYPED = dict(zip(("role", *FIELD_NAMES, "document_number", "health_note", "meal_need"), child(1), strict=True))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


def group(**options: object) -> Booking:
    with transaction():
        return make_group(**options)  # type: ignore[arg-type]


def kept(booking: Booking) -> set[str]:
    """The optional fields of which anything at all is stored, with the hash of documents."""
    db.session.rollback()
    db.session.expire_all()
    people = queries.list_participants(booking.id)
    fields = {field for one in people for field in ALL if getattr(one, f"{field}_sealed") is not None}
    return fields | {"document_hash" for one in people if one.document_hash}


def sweep() -> None:
    while True:
        with transaction():
            if not drop_unasked(now()):
                return


@pytest.mark.parametrize("asked", [(), ("meal_need",)])
def test_no_road_leads_anything_in_that_is_not_asked_for(client: FlaskClient, asked: tuple[str, ...]) -> None:
    """As a file, pasted, added, mended, changed, swapped; with fields in the form that the page never had."""
    booking = group(asks=[ask for ask in EVERYTHING if ask["field"] in asked])
    sign_in(client, booking.leader)
    roster = roster_of(booking)
    fields = form_of(client.get(roster).text, roster)
    client.post(roster, data={**fields, "roster_file": (workbook([child(1)], (*HEADINGS, *MORE)), "名册.xlsx")})
    client.post(roster, data={**fields, "roster_text": pasted([child(2)], (*HEADINGS, *MORE))})
    client.post(roster, data={**fields, "roster_text": pasted([(*pupil(3, guardian_phone="1"), *child(3)[6:])])})
    (row,) = db.session.scalars(select(UnmendedRow))
    assert NUMBERS[0] not in row.values_json
    assert NOTE not in row.values_json
    mended = {f"row{row.id}-{name}": text for name, text in TYPED.items()}
    client.post(f"{roster}/rows/{row.id}", data={**fields, **mended, f"row{row.id}-name": "韦小三"})
    assert booking.named == 3
    for person in queries.list_participants(booking.id):
        client.post(f"{roster}/{person.id}", data={**fields, **TYPED, "name": person.name})
        client.post(f"{roster}/{person.id}/swap", data={**fields, **TYPED, "name": f"{person.name}甲"})
    client.post(f"{roster}/add", data={**fields, **TYPED, "name": "韦老师", "role": "staff"})
    assert kept(booking) == set(asked)


def test_a_roster_read_before_the_package_asked_less_is_stored_by_what_it_asks_now(app: Flask) -> None:
    booking = group()
    with transaction():
        booking.departure.package.asks = []
    put_in(booking, child(1), (*pupil(2, second_phone="1"), *child(2, NUMBERS[1])[6:]), asked=ALL)
    assert kept(booking) == set()
    (row,) = queries.list_unmended(booking.id)
    assert NUMBERS[1] not in row.values_json


def test_what_a_package_stops_asking_is_hidden_at_once_and_then_gone(client: FlaskClient) -> None:
    booking = group()
    other = group()
    for one in (booking, other):
        put_in(one, child(1), (*pupil(2, second_phone="1"), *child(2, NUMBERS[1])[6:]))
    sweep()
    assert kept(booking) >= {"document_number", "health_note", "meal_need", "document_hash"}
    with transaction():
        booking.departure.package.asks = [ask for ask in EVERYTHING if ask["field"] == "meal_need"]
    sign_in(client, booking.leader)
    person = queries.list_participants(booking.id)[0]
    for address in (roster_of(booking), f"{roster_of(booking)}/{person.id}", f"{roster_of(booking)}/exports"):
        page = client.get(address).text
        for secret in (NUMBERS[0][-4:], "Health note", NOTE, NUMBERS[1]):
            assert secret not in page, address
    full = f"{roster_of(booking)}/{person.id}/full"
    answer = client.post(full, data={**form_of(client.get(full).text), "sheet": "person_health", "own_purpose": "x"})
    assert NOTE not in answer.text
    sweep()
    assert kept(booking) == {"meal_need"}
    (row,) = queries.list_unmended(booking.id)
    assert set(row.content["values"]) & ALL == {"meal_need"}
    assert kept(other) >= {"document_number", "health_note", "document_hash"}


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (BookingState.SUBMITTED, True),
        (BookingState.DONE, True),
        (BookingState.CANCELLED, False),
        (BookingState.DECLINED, False),
        (BookingState.CALLED_OFF, False),
    ],
)
def test_documents_of_a_group_that_does_not_come_go(client: FlaskClient, state: BookingState, stays: bool) -> None:
    """One that is decided about anew keeps them unseen: its school would have to collect them all again."""
    booking = group()
    put_in(booking, child(1), pupil(2, second_phone="1"))
    with transaction():
        booking.state = state
    sign_in(client, booking.leader)
    page = client.get(roster_of(booking)).text
    assert ("****0017" in page) is (state is BookingState.DONE)
    sweep()
    assert ("document_number" in kept(booking)) is stays
    assert ("document_hash" in kept(booking)) is stays
    assert bool(queries.list_unmended(booking.id)) is (state is BookingState.SUBMITTED)


def test_a_group_that_is_decided_about_anew_is_changed_without_losing_its_documents(app: Flask) -> None:
    booking = group(asks=[ask for ask in EVERYTHING if ask["field"] not in ("birth_date", "sex")])
    put_in(booking, child(1), child(2, NUMBERS[1]))
    with transaction():
        booking.state = BookingState.SUBMITTED
    before = [one.document_number for one in queries.list_participants(booking.id)]
    change(booking, *pupil(2, guardian_phone="13900000099"), "", NOTE, "素食")
    put_in(booking, child(1, ""), child(2, ""))
    kept_now = queries.list_participants(booking.id)
    assert [one.document_number for one in kept_now] == before
    assert all(one.document_hash for one in kept_now)
    with transaction():
        values = dict(zip(TYPED, child(3, NUMBERS[0]), strict=True))
        service.swap_person(booking, kept_now[0].id, values, by=booking.leader, now=now())
    swapped = next(one for one in queries.list_participants(booking.id) if one.id == kept_now[0].id)
    assert (swapped.document_number, swapped.document_hash) == (None, None)


def add(booking: Booking, *typed: str) -> None:
    with transaction():
        service.add_person(booking, dict(zip(TYPED, typed, strict=True)), by=booking.leader, now=now())


def change(booking: Booking, *typed: str) -> None:
    person = queries.list_participants(booking.id)[-1]
    with transaction():
        values = dict(zip(TYPED, typed, strict=True))
        service.change_person(booking, person.id, values, by=booking.leader, now=now())


def swap(booking: Booking, *typed: str) -> None:
    person = queries.list_participants(booking.id)[-1]
    with transaction():
        values = dict(zip(TYPED, typed, strict=True))
        service.swap_person(booking, person.id, values, by=booking.leader, now=now())


@pytest.mark.parametrize("command", [add, change, swap])
def test_one_document_is_one_persons_in_a_group(app: Flask, command: Callable[..., None]) -> None:
    booking = group()
    put_in(booking, child(1), child(2, NUMBERS[1]))
    typed = ("pupil", *child(3, f" {NUMBERS[0][:6]} {NUMBERS[0][6:]}")[1:])
    with pytest.raises(DocumentNamedTwice) as refusal:
        command(booking, *typed)
    assert NUMBERS[0] not in refusal.value.sentence
    assert [one.document_number for one in queries.list_participants(booking.id)] == list(NUMBERS[:2])


def test_two_mixed_up_are_set_right_by_another_sheet_and_a_second_name_is_set_aside(app: Flask) -> None:
    booking = group()
    put_in(booking, child(1, NUMBERS[1]), child(2, NUMBERS[0]))
    assert put_in(booking, child(1, NUMBERS[0]), child(2, NUMBERS[1])).to_mend == 0
    assert [one.document_number for one in queries.list_participants(booking.id)] == list(NUMBERS[:2])
    renamed = (*pupil(1, name="韦小新"), *child(1)[6:])
    assert put_in(booking, renamed).to_mend == 1
    (row,) = queries.list_unmended(booking.id)
    assert [problem["field"] for problem in row.content["problems"]] == ["document_number"]
    assert booking.named == 2


def test_two_groups_of_a_departure_hear_of_one_document_and_of_nothing_else(app: Flask) -> None:
    booking = group()
    with transaction():
        other = make_group(booking.departure)
        elsewhere = make_group()
    for one, number in ((booking, 1), (other, 5), (elsewhere, 7)):
        put_in(one, child(number), (*teacher(number + 10), "", "", ""))
    for one, says_so in ((booking, True), (other, True), (elsewhere, False)):
        visitor = Browser(app, app.response_class)
        sign_in(visitor, one.leader)
        page = visitor.get(roster_of(one)).text
        assert ("Another group of this departure names the same document" in page) is says_so
        assert NUMBERS[0] not in page
        assert len([number for number in (1, 5, 7) if pupil(number)[1] in page]) == 1
    with transaction():
        bookings.end_booking(other, reason="ill", by=other.leader, now=now())
    visitor = Browser(app, app.response_class)
    sign_in(visitor, booking.leader)
    assert "Another group" not in visitor.get(roster_of(booking)).text


def test_each_optional_field_says_why(client: FlaskClient) -> None:
    booking = group(asks=[ask for ask in EVERYTHING if ask["field"] != "document_type"])
    sign_in(client, booking.leader)
    page = client.get(f"{roster_of(booking)}/add").text
    for field in ALL:
        hint = page.partition(f'id="{field}-hint">')[2].partition("<")[0]
        assert hint == ("Why document_number" if field == "document_type" else f"Why {field}")


def test_a_document_that_was_the_same_is_kept_when_somebody_is_changed(client: FlaskClient) -> None:
    booking = group()
    put_in(booking, child(1), child(2, NUMBERS[1]))
    sign_in(client, booking.leader)
    person = queries.list_participants(booking.id)[0]
    page = send(client, f"{roster_of(booking)}/{person.id}", class_name="六年级1班")
    assert "The person is changed." in page.text
    assert db.session.get_one(Participant, person.id).document_number == NUMBERS[0]
