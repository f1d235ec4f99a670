"""Links by which people choose passwords after forgetting them, and by which they prove a new address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import AccountLink, User
from exchange_app.accounts.passwords import is_password
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Channel
from exchange_app.outbox.reading import read_letter
from tests.accounts.conftest import PASSWORD, Enter
from tests.outbox.letters import letters
from tests.pages import form_of, send
from tests.statements import counted_statements

FORGOT = "/forgot-password"
NEW = "another bridge, far away"


def ask(app: Flask, email: str) -> TestResponse:
    client = app.test_client()
    with client.session_transaction() as session:
        session["language"] = "en"
    return client.post(FORGOT, data={**form_of(client.get(FORGOT).text), "email": email})


def link_in_letter(kind: str) -> str:
    """The path in the last letter of this kind."""
    letter = next(one for one in reversed(letters()) if one.kind == kind)
    assert (letter.channel, letter.reader_id) == (Channel.MAIL, None)
    found = re.search(r"http://localhost(/(?:password|account/address)/\w+)", read_letter(letter, letter.due_at).text)
    assert found
    return found[1]


def choose(client: FlaskClient, link: str, password: str = NEW) -> TestResponse:
    return client.post(link, data={**form_of(client.get(link).text), "new_password": password})


def stored(user: User) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, user.id)


def test_a_forgotten_password_is_chosen_anew_and_every_sign_in_ends(app: Flask, enter: Enter) -> None:
    theirs, user = enter(Role.LEADER)
    assert "a letter with a link is on its way" in ask(app, f" {user.email.upper()} ").text
    link, client = link_in_letter("password_forgotten"), app.test_client()
    assert is_password(PASSWORD, stored(user).password_hash)  # asking changes nothing, and neither does looking
    assert client.get(link).status_code == 200
    assert choose(client, link).location == "/sign-in"
    assert is_password(NEW, stored(user).password_hash)
    assert theirs.get("/account").status_code == 303
    assert client.get("/account").status_code == 303
    assert letters()[-1].kind == "password_changed"
    assert client.get(link).status_code == 404


def test_nobody_can_tell_whether_an_address_has_an_account(app: Flask, enter: Enter) -> None:
    (_, user), (_, closed) = enter(Role.LEADER), enter(Role.LEADER)
    with transaction():
        db.session.get_one(User, closed.id).closed_at = datetime.now(UTC)
    ask(app, "first@nowhere.example")  # what is done once for all is done
    answers, work = [], []
    for email in (user.email, "nobody@nowhere.example", closed.email):
        with counted_statements() as statements:
            answer = ask(app, email)
        answers.append((answer.status_code, without_tokens(answer)))
        work.append([statement.split()[0] for statement in statements])
    assert len(set(answers)) == 1
    assert len({len(statements) for statements in work}) == 1, work
    assert [letter.address for letter in letters()] == [user.email]


def without_tokens(answer: TestResponse) -> str:
    """The page without what is random in every page."""
    return re.sub(r'"[\w.-]{60,}"', "", answer.text)


def test_a_refused_sign_in_costs_the_same_with_and_without_an_account(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    work = []
    for email in ("first@nowhere.example", user.email, "nobody@nowhere.example"):
        client = app.test_client()
        form = form_of(client.get("/sign-in").text, "/sign-in")
        with counted_statements() as statements:
            client.post("/sign-in", data={**form, "email": email, "password": "wrong"})
        work.append(len(statements))
    assert work[1] == work[2]
    refused = list(db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.SIGN_IN_REFUSED)))
    assert [entry.user_id for entry in refused] == [None, user.id, None]


def test_a_link_is_valid_for_an_hour(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    ask(app, user.email)
    link = link_in_letter("password_forgotten")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        assert app.test_client().get(link).status_code == 404


def test_a_new_link_takes_the_place_of_the_old(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    ask(app, user.email)
    first = link_in_letter("password_forgotten")
    ask(app, user.email)
    client = app.test_client()
    assert client.get(first).status_code == 404
    assert client.get(link_in_letter("password_forgotten")).status_code == 200


def test_a_link_of_a_closed_account_and_a_guess_lead_nowhere(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    ask(app, user.email)
    client, link = app.test_client(), link_in_letter("password_forgotten")
    form = form_of(client.get(link).text)
    with transaction():
        db.session.get_one(User, user.id).closed_at = datetime.now(UTC)
    assert client.post(link, data={**form, "new_password": NEW}).status_code == 404
    assert client.post(f"/password/{'0' * 64}", data={**form, "new_password": NEW}).status_code == 404
    assert is_password(PASSWORD, stored(user).password_hash)


def test_no_table_holds_what_a_link_needs(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    ask(app, user.email)
    token = link_in_letter("password_forgotten").rpartition("/")[2]
    with db.engine.connect() as connection:
        tables = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("account_links", "letters")]
    assert token not in str(tables)


def test_a_poor_password_is_refused_and_the_link_stays(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    ask(app, user.email)
    client, link = app.test_client(), link_in_letter("password_forgotten")
    assert choose(client, link, "password1234").status_code == 422
    assert choose(client, link).status_code == 303


def test_asking_again_and_again_is_stopped_whoever_is_asked_for(app: Flask, enter: Enter) -> None:
    _, user = enter(Role.LEADER)
    for email in (user.email, "nobody@nowhere.example"):
        assert [ask(app, email).status_code for _ in range(6)] == [200] * 5 + [429]


# ------------------------------------------------------------------------------------------------ another address


def ask_for(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    return send(client, "/account/address", email=email, present_password=password)


def test_a_new_address_has_to_be_proven_and_the_old_one_hears_of_it(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    former = user.email
    assert "is on its way to new@school.example" in ask_for(client, "New@School.example").text
    link = link_in_letter("new_address")
    assert client.get(link).status_code == 200
    assert stored(user).email == former
    assert client.post(link, data=form_of(client.get(link).text)).location == "/account"
    assert stored(user).email == "new@school.example"
    assert [(letter.kind, letter.address) for letter in letters()] == [
        ("new_address", "new@school.example"),
        ("address_changed", former),
    ]
    assert client.get(link).status_code == 404


def test_a_letter_that_went_astray_gives_nobody_the_account(app: Flask, enter: Enter) -> None:
    (client, user), (stranger, _) = enter(Role.LEADER), enter(Role.LEADER)
    ask_for(client, "new@school.example")
    link = link_in_letter("new_address")
    assert stranger.get(link).status_code == 404
    assert stranger.post(link, data=form_of(stranger.get("/account").text, "/sign-out")).status_code == 404
    assert app.test_client().get(link).status_code == 303  # to the sign-in
    assert client.get(link.replace("/account/address/", "/password/")).status_code == 404
    assert stored(user).email == user.email


def test_an_address_is_changed_only_by_whoever_knows_the_password(enter: Enter) -> None:
    client, _ = enter(Role.LEADER)
    assert ask_for(client, "new@school.example", "wrong").status_code == 422
    assert letters() == []


def test_nobody_learns_that_an_address_has_an_account_and_nobody_gets_its_letters(enter: Enter) -> None:
    (client, _), (_, other) = enter(Role.LEADER), enter(Role.LEADER)
    assert "is on its way to" in ask_for(client, other.email).text
    assert letters() == []


def test_an_address_that_got_an_account_meanwhile_stays_with_it(enter: Enter) -> None:
    (client, user), (_, other) = enter(Role.LEADER), enter(Role.LEADER)
    ask_for(client, "new@school.example")
    link = link_in_letter("new_address")
    form = form_of(client.get(link).text)
    with transaction():
        db.session.get_one(User, other.id).email = "new@school.example"
    assert client.post(link, data=form).status_code == 409
    assert stored(user).email == user.email
    db.session.rollback()
    assert db.session.scalars(select(AccountLink.user_id)).all() == [user.id]


@pytest.mark.parametrize("action", ["/account/sign-ins/1/end", "/account/other-sign-ins/end"])
def test_sign_ins_are_ended_only_by_whoever_proves_again_who_they_are(enter: Enter, action: str) -> None:
    client, _ = enter(Role.LEADER)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        answer = client.post(action, data=form_of(client.get("/account").text, "/sign-out"))
    assert answer.location == "/account/confirm?next=/account"
