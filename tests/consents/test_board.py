"""Who may see what about consents, what the board shows, and what its links and papers do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.bookings.models import Booking
from exchange_app.consents import queries
from exchange_app.consents.errors import LinkReplaced
from exchange_app.consents.models import ConsentAnswer, ConsentMethod
from exchange_app.consents.wording import wording_of
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters.queries import list_participants
from tests.builders import make_departure, make_leader, make_user
from tests.consents.group import LATER, answer_for, children_of, make_group, make_link
from tests.pages import Browser, send, sign_in
from tests.rosters.sheet import pupil
from tests.statements import counted_statements

NO = {"taking_part": False}


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group(6)


@pytest.fixture
def client(app: Flask, booking: Booking) -> FlaskClient:
    client = Browser(app, app.response_class)
    sign_in(client, booking.leader)
    return client


def board_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}/consents"


def name(number: int) -> str:
    return pupil(number)[1]


def addresses(booking: Booking) -> list[tuple[str, str]]:
    child = children_of(booking)[0].id
    of_child = [("POST", "link"), ("GET", "paper"), ("POST", "paper"), ("POST", "withdraw")]
    return [
        ("GET", board_of(booking)),
        ("GET", f"{board_of(booking)}/summary"),
        ("GET", f"{board_of(booking)}/{child}"),
        *((method, f"{board_of(booking)}/{child}/{what}") for method, what in of_child),
        *(("POST", f"{board_of(booking)}/{what}") for what in ("sheet", "reminder", "form")),
    ]


def open_as(app: Flask, role: Role, booking: Booking, *, own: bool = False) -> dict[tuple[str, str], int]:
    """What each address answers to somebody else; an organiser may be the booking's own host."""
    with transaction():
        host = booking.departure.package.organiser
        stranger = make_leader() if role is Role.LEADER else make_user(booking.school, role)
        user = make_user(host, role) if own else stranger
    app.config["WTF_CSRF_ENABLED"] = False
    client = Browser(app, app.response_class)
    sign_in(client, user)
    return {(method, path): client.open(path, method=method).status_code for method, path in addresses(booking)}


def test_a_leader_of_another_school_finds_nothing(app: Flask, booking: Booking) -> None:
    assert set(open_as(app, Role.LEADER, booking).values()) == {404}


def test_the_host_sees_numbers_and_nothing_else(app: Flask, booking: Booking) -> None:
    answer_for(booking, children_of(booking)[0], **NO)
    opened = open_as(app, Role.ORGANISER, booking, own=True)
    summary = ("GET", f"{board_of(booking)}/summary")
    assert opened.pop(summary) == 200
    assert set(opened.values()) == {403}
    host = Browser(app, app.response_class)
    with transaction():
        sign_in_as = make_user(booking.departure.package.organiser, Role.ORGANISER)
    sign_in(host, sign_in_as)
    page = host.get(summary[1]).text
    assert "0 of 6" in page
    assert name(1) not in page
    assert "覃大" not in page
    other = open_as(app, Role.ORGANISER, booking)
    assert other[summary] == 404


def test_a_schools_head_does_not_come_in(app: Flask, booking: Booking) -> None:
    assert set(open_as(app, Role.HEAD, booking).values()) == {403}


def test_the_board_shows_at_a_glance_who_is_missing(client: FlaskClient, booking: Booking) -> None:
    first, second, third, *_ = children_of(booking)
    answer_for(booking, first, photos=True)
    answer_for(booking, second, recipient=False)
    answer_for(booking, third, **NO)
    make_link(booking, children_of(booking)[3])
    page = client.get(board_of(booking)).text
    counts = re.findall(r">([\w ]+) <strong>(\d+)</strong></a>", page)
    assert [f"{words}: {count}" for words, count in counts] == [
        "All: 6", "No answer yet: 3", "Agreed: 2", "Refused: 1", "Consent withdrawn: 0", "On paper: 0"
    ]  # fmt: skip
    assert "Photos: 1 agree." in page
    assert page.count("No to: Ticket agency may receive data about my child.") == 1
    assert page.count("Link made on") == 1
    assert page.count("Not asked yet") == 2
    missing = client.get(f"{board_of(booking)}?state=missing").text
    table = missing[missing.index("<tbody>") :]
    assert [name(number) in table for number in range(1, 7)] == [False, False, False, True, True, True]


def test_a_child_whose_guardian_refused_is_to_be_taken_out_and_still_there(
    client: FlaskClient, booking: Booking
) -> None:
    child = children_of(booking)[0]
    answer_for(booking, child, **NO)
    page = client.get(board_of(booking)).text
    assert "One child has to be taken out of the roster" in page
    assert f'href="/bookings/{booking.code}/roster/{child.id}/swap"' in page
    assert "have to be taken out" in client.get(f"{board_of(booking)}/summary").text
    assert len(children_of(booking)) == 6
    send(client, board_of(booking), f"/bookings/{booking.code}/roster/{child.id}/remove")
    page = client.get(board_of(booking)).text
    assert "has to be taken out" not in page
    assert len(children_of(booking)) == 5


def test_the_sheet_makes_a_new_link_for_each_child(app: Flask, client: FlaskClient, booking: Booking) -> None:
    earlier = make_link(booking, children_of(booking)[0])
    page = send(client, board_of(booking), f"{board_of(booking)}/sheet").text
    tokens = re.findall(r"http://localhost/c/([\w-]{43})", page)
    assert len(set(tokens)) == 6
    assert page.count("<svg") >= 6
    assert [name(number) in page for number in range(1, 7)] == [True] * 6
    with pytest.raises(LinkReplaced):
        queries.get_asked(earlier, LATER)
    guardian = Browser(app, app.response_class)
    assert name(1) in guardian.get(f"/c/{tokens[0]}").text
    assert client.get(f"{board_of(booking)}/sheet").headers["Location"] == board_of(booking)  # nothing new


def test_only_who_has_not_answered_is_reminded_and_the_chat_learns_no_name(
    client: FlaskClient, booking: Booking
) -> None:
    kept = answer_for(booking, children_of(booking)[0])
    answer_for(booking, children_of(booking)[1], **NO)
    page = send(client, board_of(booking), f"{board_of(booking)}/reminder").text
    assert "Remind the 4 who have not answered" in page
    assert [name(number) in page for number in range(1, 7)] == [False, False, True, True, True, True]
    chat = page[page.index('id="chat"') : page.index("</textarea>")]
    assert not any(name(number) in chat for number in range(1, 7))
    assert "/c/" not in chat
    assert queries.get_asked(kept, LATER)  # whoever answered keeps the link


def test_a_link_is_shown_once_and_can_be_copied(client: FlaskClient, booking: Booking) -> None:
    child = children_of(booking)[0]
    page = send(client, board_of(booking), f"{board_of(booking)}/{child.id}/link").text
    (token,) = re.findall(r'value="http://localhost/c/([\w-]{43})"', page)
    assert queries.get_asked(token, LATER).child.id == child.id
    assert token not in client.get(board_of(booking)).text


def test_a_paper_is_recorded_by_the_teacher(client: FlaskClient, booking: Booking) -> None:
    child = children_of(booking)[0]
    assert "Please mark yes or no" in send(client, board_of(booking), f"{board_of(booking)}/form").text
    address = f"{board_of(booking)}/{child.id}/paper"
    typed = {f"choices-{key}": "yes" for key in wording_of(booking).keys}
    page = send(client, address, "", **typed, signed_on="2030-01-01")
    assert page.status_code == 422
    assert "The day of the signature cannot lie in the future." in page.text
    page = send(client, address, "", **typed, signed_on="2027-02-27", given_by="覃大山")
    assert "The answer on paper is kept." in page.text
    (given,) = db.session.query(ConsentAnswer).all()
    assert (given.method, given.given_by, given.recorded_by_id) == (ConsentMethod.PAPER, "覃大山", booking.leader_id)
    on_paper = client.get(f"{board_of(booking)}?method=paper").text
    table = on_paper[on_paper.index("<tbody>") :]
    assert [name(number) in table for number in (1, 2)] == [True, False]
    proof = client.get(f"{board_of(booking)}/{child.id}").text
    assert "On paper, signed by 覃大山 on Sat 27 February 2027" in proof
    assert "The text, version 1" in proof
    assert "Your rights" in proof
    page = send(client, f"{board_of(booking)}/{child.id}", f"{board_of(booking)}/{child.id}/withdraw").text
    assert "It is kept that the consent was withdrawn." in page


def test_an_adult_of_the_group_needs_no_guardian(client: FlaskClient, booking: Booking) -> None:
    teacher = list_participants(booking.id)[-1]
    assert client.get(f"{board_of(booking)}/{teacher.id}/paper").status_code == 404
    assert teacher.name not in client.get(board_of(booking)).text


def test_a_larger_group_needs_no_more_statements(client: FlaskClient, booking: Booking) -> None:
    with transaction():
        departure = make_departure(persons_per_adult=100)
        large = make_group(40, departure, booking.leader)
    for group in (booking, large):
        for child in children_of(group)[::2]:
            answer_for(group, child)
    counted = []
    for group in (booking, large):
        client.get(board_of(group))
        with counted_statements() as statements:
            assert client.get(board_of(group)).status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 10
