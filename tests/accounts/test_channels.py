"""How letters reach somebody: what they choose, the test that they ask for, and the page with all letters to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Channel, Letter, LetterState
from exchange_app.outbox.service import letter_to, write_letters
from exchange_app.outbox.transport.carrier import Mailbox
from tests.accounts.conftest import Enter
from tests.builders import NOW
from tests.outbox.letters import deliver
from tests.pages import form_of, send
from tests.statements import counted_statements

ADDRESS = "/account/channels"
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aoc"


def stored(user: User) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, user.id)


def letters_to(user: User) -> Sequence[Letter]:
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.reader_id == user.id).order_by(Letter.id)).all()


def write(user: User, slug: str, *, channel: Channel = Channel.MAIL) -> None:
    recipient = recipient_of(user)
    recipient = replace(recipient, ways=[replace(recipient.ways[0], channel=channel)], language="en")
    letter = letter_to(recipient, key=f"user:{user.id}:{slug}", kind="password_changed", subject_id=user.id, due_at=NOW)
    with transaction():
        write_letters([letter], NOW)


def test_the_order_is_kept_and_letters_follow_it(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    answer = send(client, ADDRESS, first="robot", second="mail", third="mail", robot=f" {ROBOT} ")
    assert "This is how letters reach you from now on." in answer.text
    now_is = stored(user)
    assert now_is.chosen_channels == [Channel.ROBOT, Channel.MAIL]
    assert [way.channel for way in recipient_of(now_is).ways] == [Channel.ROBOT, Channel.MAIL]
    assert form_of(answer.text)["first"] == "robot"


@pytest.mark.parametrize(
    ("robot", "refusal"),
    [
        ("", "Fill this in."),
        ("https://elsewhere.example/webhook", "This is no address of a group robot"),
        ("json://127.0.0.1/admin", "This is no address of a group robot"),
        ("mailto://x:y@mail.example", "This is no address of a group robot"),
    ],
)
def test_a_robot_needs_an_address_of_a_robot(enter: Enter, robot: str, refusal: str) -> None:
    client, user = enter(Role.ORGANISER)
    answer = send(client, ADDRESS, first="robot", robot=robot)
    assert answer.status_code == 422
    assert refusal in answer.text
    assert stored(user).chosen_channels == [Channel.MAIL]


def test_text_messages_can_be_chosen_only_where_there_is_a_gateway(app: Flask, enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    assert 'value="text"' not in client.get(ADDRESS).text
    assert send(client, ADDRESS, first="text").status_code == 422
    app.config["TEXT_GATEWAY"] = object()
    send(client, ADDRESS, first="text", second="mail")
    assert stored(user).chosen_channels == [Channel.TEXT, Channel.MAIL]


def test_a_test_goes_out_by_each_way_and_by_no_other(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    send(client, ADDRESS, first="page", second="mail")
    for _ in range(2):  # a second click within the minute asks for nothing more
        client.post(f"{ADDRESS}/test", data=form_of(client.get(ADDRESS).text, f"{ADDRESS}/test"))
    tests = [letter for letter in letters_to(user) if letter.kind == "channel_test"]
    assert {letter.channel for letter in tests} == {Channel.PAGE, Channel.MAIL}
    assert len(tests) <= 4  # two where the minute ended in between
    assert all(letter.later_ways is None for letter in tests)


def test_what_reached_its_reader_nowhere_else_is_new_until_it_is_opened(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    write(user, "by_mail")
    write(user, "here", channel=Channel.PAGE)
    deliver(Mailbox())
    assert "New letters" not in client.get("/inbox").text  # what came by mail is no news
    deliver(Mailbox(), channel=Channel.PAGE)
    page = client.get("/inbox").text
    assert page.count("inbox-unread") == 1
    assert "New letters" in page
    here = letters_to(user)[-1].id
    answer = client.post(f"/inbox/{here}", data=form_of(page, f"/inbox/{here}"), follow_redirects=True)
    assert "Your password was changed" in answer.text
    assert "New letters" not in client.get("/inbox").text
    assert "The password of your account was changed" in client.get(f"/inbox/{here}/html").text


def test_a_letter_that_failed_by_every_way_can_be_read_here(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    write(user, "failed")
    with transaction():
        db.session.execute(update(Letter).values(state=LetterState.FAILED))
    page = client.get("/inbox").text
    assert "did not reach you by E-mail" in page
    send(client, "/inbox", "/inbox/read")
    assert "inbox-unread" not in client.get("/inbox").text


def test_letters_to_others_and_letters_that_wait_stand_on_no_page(app: Flask, enter: Enter) -> None:
    _, other = enter(Role.ORGANISER)
    client, user = enter(Role.LEADER)
    write(other, "theirs")
    write(user, "mine")
    theirs, mine = letters_to(other)[0].id, letters_to(user)[0].id
    assert client.get(f"/inbox/{mine}").status_code == 404
    deliver(Mailbox())
    assert client.get(f"/inbox/{mine}").status_code == 200
    for address in (f"/inbox/{theirs}", f"/inbox/{theirs}/html", f"/inbox/{theirs}/attachments/0"):
        assert client.get(address).status_code == 404
    assert app.test_client().get("/inbox").status_code == 303


def test_the_dot_costs_no_statement(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    with counted_statements() as before:
        client.get("/account/channels")
    write(user, "here", channel=Channel.PAGE)
    deliver(Mailbox(), channel=Channel.PAGE)
    with counted_statements() as after:
        page = client.get("/account/channels").text
    assert "New letters" in page
    assert len(after) == len(before) == 1
