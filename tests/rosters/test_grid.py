"""The roster as one table: saved all at once or not at all, what is kept unseen stays, and two teachers at once do not
overwrite each other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.keeping import values_of
from exchange_app.rosters.models import Participant
from exchange_app.rosters.reading import read_pasted
from tests.builders import make_departure, make_hold, make_leader
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.group import NOTE, NUMBERS, child, make_group, put_in
from tests.rosters.sheet import pasted, pupil, teacher
from tests.statements import counted_statements

FIELDS = ("role", "name", "class_name", "guardian_name", "guardian_phone", "second_phone")
ROLES = {"学生": "pupil", "带队教师": "staff"}
Page = dict[str, Any]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def booking(client: FlaskClient) -> Booking:
    """Confirmed, asked for everything; seats for three pupils and one of the staff."""
    with transaction():
        booking = make_group()
    put_in(booking, child(1, NUMBERS[0]), child(2, NUMBERS[1], note=""))
    sign_in(client, booking.leader)
    return booking


def grid_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}/roster/grid"


def people_of(booking: Booking) -> list[Participant]:
    return list(queries.list_participants(booking.id))


def typed(key: str, row: tuple[str, ...], **more: str) -> Page:
    cells = dict(zip(FIELDS, row, strict=True)) | more
    return {f"{key}-{field}": ROLES.get(text, text) for field, text in cells.items()}


def events_of(booking: Booking) -> list[tuple[str, dict[str, Any]]]:
    found = db.session.query(BookingEvent).filter_by(booking_id=booking.id).order_by(BookingEvent.id)
    return [(event.what, event.facts) for event in found]


def test_rows_are_added_changed_and_taken_out_at_once(client: FlaskClient, booking: Booking) -> None:
    first, second = people_of(booking)
    new = typed("n4", pupil(3), sex="女", birth_date="2013年3月15日", document_number=NUMBERS[2])
    page = send(client, grid_of(booking), **{f"p{first.id}-class_name": "六年级", f"p{second.id}-out": "1"}, **new)
    assert "The roster is saved: one added, one changed, one taken out." in page.text
    changed, added = people_of(booking)
    assert (changed.uid, changed.name, changed.class_name) == (first.uid, pupil(1)[1], "六年级")
    assert (added.name, added.birth_date, added.document_number) == (pupil(3)[1], "2013-03-15", NUMBERS[2])
    assert booking.named == 2
    assert events_of(booking)[-1] == ("roster_edited", {"added": 1, "changed": 1, "removed": 1})
    assert "1 added, 1 changed, 1 taken out" in client.get(f"/bookings/{booking.code}").text


def test_what_is_kept_unseen_is_neither_shown_nor_written_over(client: FlaskClient, booking: Booking) -> None:
    first = people_of(booking)[0]
    kept = values_of(first)
    html = client.get(grid_of(booking)).text
    for secret in (kept["guardian_phone"], kept["second_phone"], NUMBERS[0], NOTE):
        assert secret not in html
    masks = {f"p{first.id}-guardian_phone": "139****0001", f"p{first.id}-document_number": f"****{NUMBERS[0][-4:]}"}
    page = send(client, grid_of(booking), **masks)
    assert "Nothing was changed." in page.text
    page = send(client, grid_of(booking), **masks, **{f"p{first.id}-name": "Vangz Genqdaz"})
    assert "one changed" in page.text
    assert values_of(people_of(booking)[0]) == kept | {"name": "Vangz Genqdaz"}
    send(client, grid_of(booking), **{f"p{first.id}-health_note": "无", f"p{first.id}-second_phone": "13912340000"})
    after = people_of(booking)[0]
    assert (after.health_note, after.second_phone) == (None, "13912340000")
    page = send(client, grid_of(booking), **{f"p{first.id}-second_phone": "无"})
    assert "The second emergency phone number is missing." in page.text


def test_the_mask_of_somebody_else_is_no_number(client: FlaskClient, booking: Booking) -> None:
    second = people_of(booking)[1]
    page = send(client, grid_of(booking), **{f"p{second.id}-guardian_phone": "139****0001"})
    assert "A phone number has only digits" in page.text
    assert people_of(booking)[1].guardian_phone == pupil(2)[4]


def test_one_wrong_cell_keeps_everything_and_loses_nothing(client: FlaskClient, booking: Booking) -> None:
    first, second = people_of(booking)
    before = [values_of(person) for person in (first, second)]
    new = typed("n0", pupil(3, name="覃小3"), sex="猫", document_number=NUMBERS[2], birth_date="2013/3/15")
    page = send(client, grid_of(booking), **new, **{f"p{first.id}-class_name": "六年级", f"p{second.id}-out": "1"})
    assert page.status_code == 422
    assert [values_of(person) for person in people_of(booking)] == before
    assert events_of(booking)[-1][0] == "roster"
    kept = form_of(page.text)
    assert kept[f"p{first.id}-class_name"] == "六年级"
    assert kept[f"p{second.id}-out"] == "1"
    assert {name: kept[name] for name in new} == new
    assert re.search(r'<a href="#n0-name">Row 3 · Name</a>: A name has no digits', page.text)
    assert 'aria-describedby="n0-name-e"' in page.text
    assert "The sex is not readable" in page.text
    page = client.post(grid_of(booking), data={**kept, "n0-name": "覃小三", "n0-sex": "女生"}, follow_redirects=True)
    assert "one added, one changed, one taken out" in page.text


def test_more_rows_keep_what_was_typed_and_judge_nothing(client: FlaskClient, booking: Booking) -> None:
    first = people_of(booking)[0]
    page = send(client, grid_of(booking), more="1", **{f"p{first.id}-name": "1"}, **typed("n2", pupil(3, name="2")))
    assert page.status_code == 200
    kept = form_of(page.text)
    assert (kept[f"p{first.id}-name"], kept["n2-name"]) == ("1", "2")
    empty = [name for name in kept if re.fullmatch(r"n\d+-name", name) and not kept[name]]
    more = client.post(grid_of(booking), data={**kept, "more": "1"})
    assert len(re.findall(r'name="n\d+-name" ', more.text)) == len(empty) + 11
    assert len(people_of(booking)) == 2


def test_two_teachers_at_once(client: FlaskClient, booking: Booking) -> None:
    """A row that both touched is told to the second; one that only the first touched stays as that one left it."""
    first, second = people_of(booking)
    opened = dict(form_of(client.get(grid_of(booking)).text))
    send(client, grid_of(booking), **{f"p{first.id}-class_name": "六年级", f"p{second.id}-class_name": "七年级"})
    mine = {**opened, f"p{first.id}-name": "韦小明"}
    page = client.post(grid_of(booking), data=mine)
    assert page.status_code == 422
    assert "Somebody else changed this while you were typing." in page.text
    assert "Now it says: 六年级" in page.text
    assert people_of(booking)[0].name == pupil(1)[1]
    again = dict(form_of(page.text))
    assert again[f"p{first.id}-name"] == "韦小明"
    page = client.post(grid_of(booking), data=again, follow_redirects=True)
    assert "one changed" in page.text
    one, other = people_of(booking)
    assert (one.name, one.class_name, other.class_name) == ("韦小明", pupil(1)[2], "七年级")


def test_who_was_taken_out_meanwhile_does_not_come_back_unseen(client: FlaskClient, booking: Booking) -> None:
    first, second = people_of(booking)
    opened = dict(form_of(client.get(grid_of(booking)).text))
    with transaction():
        for person in (first, second):
            service.remove_person(booking, person.id, by=booking.leader, now=now())
    page = client.post(grid_of(booking), data={**opened, f"p{first.id}-class_name": "六年级"})
    assert "Somebody else took this person out while you were typing." in page.text
    again = {**form_of(page.text), f"p{first.id}-guardian_phone": pupil(1)[4], f"p{first.id}-second_phone": pupil(1)[5]}
    page = client.post(grid_of(booking), data={**again, f"p{first.id}-document_number": NUMBERS[0]})
    assert [person.class_name for person in people_of(booking)] == ["六年级"]
    assert people_of(booking)[0].uid != first.uid


def test_taking_out_whom_somebody_changed_asks_again(client: FlaskClient, booking: Booking) -> None:
    first, second = (person.id for person in people_of(booking))
    opened = {**form_of(client.get(grid_of(booking)).text), f"p{first}-out": "1"}
    send(client, grid_of(booking), **{f"p{first}-health_note": "哮喘"})  # what nobody sees counts too
    page = client.post(grid_of(booking), data=opened)
    assert page.status_code == 422
    assert "哮喘" not in page.text
    client.post(grid_of(booking), data=form_of(page.text))
    assert [person.id for person in people_of(booking)] == [second]


def test_the_same_table_sent_twice_adds_nobody_twice(client: FlaskClient, booking: Booking) -> None:
    first = people_of(booking)[0]
    fields = {**form_of(client.get(grid_of(booking)).text), **typed("n0", pupil(3), document_number=NUMBERS[2])}
    fields |= {f"p{first.id}-class_name": "六年级"}
    client.post(grid_of(booking), data=fields)
    page = client.post(grid_of(booking), data=fields, follow_redirects=True)
    assert "Nothing was changed." in page.text
    assert len(people_of(booking)) == booking.named == 3


def test_beyond_the_seats_nobody_is_taken(client: FlaskClient, booking: Booking) -> None:
    extra = {"document_number": "E1234567", "document_type": "passport", "birth_date": "2013-03-15", "sex": "male"}
    rows = typed("n0", pupil(3), **extra) | typed("n1", pupil(4), **extra | {"document_number": "E7654321"})
    page = send(client, grid_of(booking), **rows)
    assert page.status_code == 422
    assert "Seats for 3 pupils were booked, and all of them are named." in page.text
    assert len(people_of(booking)) == 2
    second = people_of(booking)[1]
    page = send(client, grid_of(booking), **rows, **{f"p{second.id}-out": "1"})
    assert "2 added, one taken out" in page.text


def test_a_row_is_not_made_into_somebody_else_of_the_roster(client: FlaskClient, booking: Booking) -> None:
    """A list in another order pasted over the rows would give each child the consent and the notes of another."""
    first, second = people_of(booking)
    page = send(client, grid_of(booking), **{f"p{first.id}-name": second.name, f"p{second.id}-name": first.name})
    assert page.text.count("is this person&#39;s, with their consent: change them there") == 4
    page = send(client, grid_of(booking), **typed("n0", pupil(1), document_number=NUMBERS[1]))
    assert "Row 1 names the same person." in page.text
    assert "Row 2 has the same document number." in page.text
    assert [person.name for person in people_of(booking)] == [pupil(1)[1], pupil(2)[1]]


def test_a_guardian_who_wants_no_note_is_heeded(client: FlaskClient, booking: Booking) -> None:
    first = people_of(booking)[0]
    with transaction():
        first.is_health_note_refused, first.health_note = True, None
    page = send(client, grid_of(booking), **{f"p{first.id}-health_note": "花粉"})
    assert "The guardian does not want a health note to be kept." in page.text
    assert people_of(booking)[0].health_note is None


def test_rows_that_were_set_aside_stand_in_the_table(client: FlaskClient, booking: Booking) -> None:
    """Mended there, left out there, or left as they are, which keeps nobody from saving the rest."""
    put_in(booking, *((*row[:4], "139000", *row[5:]) for row in (child(number, NUMBERS[2]) for number in (3, 4, 5))))
    ids = {row.content["values"]["name"]: row.id for row in queries.list_unmended(booking.id)}
    mended, dropped, left = (f"r{ids[pupil(number)[1]]}" for number in (3, 4, 5))
    page = client.get(grid_of(booking)).text
    assert page.count("The phone number has 6 digits") == 3
    first = people_of(booking)[0].id
    typed_there = {f"{mended}-guardian_phone": pupil(3)[4], f"{dropped}-out": "1", f"p{first}-class_name": "六年级"}
    saved = send(client, grid_of(booking), **typed_there)
    assert "one added, one changed, one row left out" in saved.text
    assert people_of(booking)[-1].name == pupil(3)[1]
    assert [f"r{row.id}" for row in queries.list_unmended(booking.id)] == [left]
    refused = send(client, grid_of(booking), **{f"{left}-guardian_phone": "1"})
    assert refused.status_code == 422
    assert form_of(refused.text)[f"{left}-guardian_phone"] == "1"


def test_who_was_set_aside_for_want_of_a_seat_gets_one_that_is_free(client: FlaskClient) -> None:
    with transaction():
        booking = make_hold(make_departure(now=now()), make_leader(), pupils=1, staff=1, now=now())
    sign_in(client, booking.leader)
    with transaction():
        reading = read_pasted(pasted([pupil(1), pupil(2), pupil(3)]), frozenset(), today=now().date())
        service.import_roster(booking, reading, by=booking.leader, now=now())
    page = send(client, grid_of(booking), **{f"p{people_of(booking)[0].id}-out": "1"})
    assert "one added, one taken out" in page.text
    assert [person.name for person in people_of(booking)] == [pupil(2)[1]]
    assert len(queries.list_unmended(booking.id)) == 1


def test_the_booking_of_another_school_is_not_there(client: FlaskClient, booking: Booking) -> None:
    fields = form_of(client.get(grid_of(booking)).text)
    with transaction():
        stranger = make_leader()
    sign_in(client, stranger)
    assert client.get(grid_of(booking)).status_code == 404
    assert client.post(grid_of(booking), data=fields).status_code == 404


def test_a_person_of_another_group_is_not_reached(client: FlaskClient, booking: Booking) -> None:
    with transaction():
        other = make_group()
    put_in(other, child(7))
    theirs = people_of(other)[0]
    page = send(client, grid_of(booking), **{f"p{theirs.id}-out": "1", f"p{theirs.id}-seen": "0" * 32})
    assert "Nothing was changed." in page.text
    assert people_of(other)[0].name == theirs.name


@pytest.mark.parametrize("rows", [5, 200])
def test_a_larger_table_costs_no_more_statements(client: FlaskClient, rows: int) -> None:
    with transaction():
        booking = make_hold(make_departure(capacity=600, now=now()), make_leader(), pupils=300, staff=30, now=now())
    sign_in(client, booking.leader)
    fields: Page = dict(form_of(client.get(grid_of(booking)).text))
    for number in range(rows):
        fields |= typed(f"n{number}", teacher(1) if number == 3 else pupil(number + 1))
    address = grid_of(booking)
    save(client, address, fields)
    db.session.remove()
    with counted_statements() as sent:
        page = client.get(address).text
    assert len(sent) <= 5, "\n".join(sent)
    assert len(page) < 40_000 + 2_000 * rows
    fields = dict(form_of(page))
    booking = db.session.get_one(Booking, 1)
    for number, person in enumerate(people_of(booking)):
        fields |= (
            {f"p{person.id}-out": "1"} if number % 3 == 0 else {f"p{person.id}-second_phone": f"1390088{number:04}"}
        )
    save(client, address, fields)
    booking = db.session.get_one(Booking, 1)
    assert booking.named == len(people_of(booking)) == rows - len(range(0, rows, 3))


def save(client: FlaskClient, address: str, fields: Page) -> None:
    db.session.remove()
    with counted_statements() as sent:
        answer = client.post(address, data=fields)
    assert answer.status_code == 303, answer.text
    assert len(sent) <= 13, "\n".join(sent)
