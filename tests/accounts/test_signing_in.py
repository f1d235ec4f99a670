"""Signing in and out: what somebody may notice, and what nobody may find out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import SignIn, User
from exchange_app.accounts.queries import find_signed_in, token_hash
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.accounts.conftest import HASH, PASSWORD
from tests.builders import make_city, make_organisation, make_user
from tests.pages import form_of
from tests.statements import counted_statements

WRONG = "do not belong together"


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_user(make_organisation(make_city()), Role.LEADER, email="leader@school.example", password_hash=HASH)


def enter(
    client: FlaskClient, email: str = "leader@school.example", password: str = PASSWORD, onward: str = ""
) -> TestResponse:
    address = f"/sign-in?next={onward}" if onward else "/sign-in"
    page = client.get(address, headers={"Accept-Language": "en"}).text
    action = address if onward else "/sign-in"
    typed = {**form_of(page, action), "email": email, "password": password}
    return client.post(address, data=typed, headers={"Accept-Language": "en"})


def sign_ins() -> list[SignIn]:
    db.session.rollback()
    return list(db.session.scalars(select(SignIn)))


def test_a_leader_gets_to_their_bookings(client: FlaskClient, leader: User) -> None:
    assert enter(client).location == "/bookings"
    assert leader.name in client.get("/account").text


@pytest.mark.parametrize(
    ("role", "home", "elsewhere"),
    [
        (Role.LEADER, "/bookings", "/decisions"),
        (Role.HEAD, "/decisions", "/organiser/"),
        (Role.BUREAU, "/decisions", "/organiser/"),
        (Role.ORGANISER, "/organiser/", "/decisions"),
        (Role.ADMINISTRATOR, "/administrator/users", "/decisions"),
    ],
)
def test_everybody_gets_to_their_work_and_finds_the_way_to_it(
    client: FlaskClient, leader: User, role: Role, home: str, elsewhere: str
) -> None:
    with transaction():
        db.session.get_one(User, leader.id).role = role
    assert enter(client).location == home
    navigation = client.get("/account").text.partition('class="site-navigation"')[2].partition("</nav>")[0]
    assert f'href="{elsewhere}"' not in navigation
    if role is not Role.ADMINISTRATOR:  # theirs is at the side of the workbench
        assert f'href="{home}"' in navigation


def test_the_address_may_be_written_in_capitals_and_with_spaces(client: FlaskClient, leader: User) -> None:
    assert enter(client, email=" Leader@School.Example ").status_code == 303


def test_somebody_gets_to_where_they_wanted(client: FlaskClient, leader: User) -> None:
    assert enter(client, onward="/account").location == "/account"


def test_nobody_is_led_to_another_site(client: FlaskClient, leader: User) -> None:
    form = form_of(client.get("/sign-in").text, "/sign-in")
    typed = {**form, "email": leader.email, "password": PASSWORD}
    assert client.post("/sign-in?next=//elsewhere.example", data=typed).location == "/bookings"


def test_who_is_signed_in_already_is_sent_on(client: FlaskClient, leader: User) -> None:
    enter(client)
    assert client.get("/sign-in").location == "/bookings"
    assert client.get("/sign-in?next=/account").location == "/account"


def test_unknown_address_wrong_password_and_closed_account_read_the_same(client: FlaskClient, leader: User) -> None:
    pages = [enter(client, password="wrong"), enter(client, email="nobody@school.example")]
    with transaction():
        db.session.get_one(User, leader.id).closed_at = now()
    pages.append(enter(client))
    assert {page.status_code for page in pages} == {422}
    assert all(WRONG in page.text for page in pages)
    assert sign_ins() == []


def test_what_was_typed_stays_but_not_the_password(client: FlaskClient, leader: User) -> None:
    page = enter(client, password="wrong password").text
    assert 'value="leader@school.example"' in page
    assert "wrong password" not in page


@pytest.mark.parametrize(
    ("email", "password"), [("", ""), ("x", "y"), ("a@b.example\0", "\0"), ("名@校.cn", "x" * 5000)]
)
def test_nonsense_is_refused_with_a_sentence(client: FlaskClient, leader: User, email: str, password: str) -> None:
    assert enter(client, email, password).status_code == 422


def test_the_token_is_in_the_cookie_alone(client: FlaskClient, leader: User) -> None:
    enter(client)
    with client.session_transaction() as session:
        token = session["sign_in"]
    (kept,) = sign_ins()
    assert kept.token_hash == token_hash(token)
    assert token not in str(vars(kept))


def test_nothing_that_was_put_into_the_session_before_stays(client: FlaskClient, leader: User) -> None:
    """Somebody who planted a session of theirs in the browser must not share the one that begins now."""
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["sign_in"] = "a token they know"
    enter(client)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["sign_in"] != "a token they know"


def test_signing_in_again_ends_the_sign_in_before(app: Flask, client: FlaskClient, leader: User) -> None:
    enter(client)
    page = client.get("/account").text
    with client.session_transaction() as session:
        before = session["sign_in"]
        csrf = form_of(page, "/sign-out")["csrf_token"]
    client.post("/sign-in", data={"csrf_token": csrf, "email": leader.email, "password": PASSWORD})
    assert [one.token_hash for one in sign_ins()] != [token_hash(before)]
    assert len(sign_ins()) == 1


def test_signing_out_ends_the_sign_in_on_the_server_too(client: FlaskClient, leader: User) -> None:
    enter(client)
    with client.session_transaction() as session:
        stolen = session["sign_in"]
    answer = client.post("/sign-out", data=form_of(client.get("/account").text, "/sign-out"))
    assert answer.location == "/"
    with client.session_transaction() as session:
        session["sign_in"] = stolen
    assert client.get("/account").location == "/sign-in?next=/account"


def test_the_chosen_language_survives_signing_in_and_out(client: FlaskClient, leader: User) -> None:
    with client.session_transaction() as session:
        session["language"] = "zh_Hans"
    enter(client)
    assert '<html lang="zh-Hans">' in client.get("/account", headers={"Accept-Language": "en"}).text
    client.post("/sign-out", data=form_of(client.get("/account").text, "/sign-out"))
    assert '<html lang="zh-Hans">' in client.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_without_a_choice_the_language_of_the_account_is_spoken(client: FlaskClient, leader: User) -> None:
    enter(client)
    assert leader.language == "en"
    assert '<html lang="en">' in client.get("/account", headers={"Accept-Language": "zh-CN"}).text


def test_a_sign_in_ends_after_twelve_hours_of_work(client: FlaskClient, leader: User) -> None:
    began = now()
    with time_machine.travel(began, tick=False) as clock:
        enter(client)
        for _ in range(7):
            clock.shift(timedelta(minutes=100))
            assert client.get("/account").status_code == 200
        clock.shift(timedelta(minutes=30))
        assert client.get("/account").status_code == 303


def test_a_sign_in_ends_after_two_hours_of_silence(client: FlaskClient, leader: User) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        enter(client)
        clock.shift(timedelta(minutes=119))
        assert client.get("/account").status_code == 200
        clock.shift(timedelta(minutes=121))
        assert client.get("/account").status_code == 303


def test_a_closed_account_is_out_at_once(client: FlaskClient, leader: User) -> None:
    enter(client)
    with transaction():
        db.session.get_one(User, leader.id).closed_at = now()
    assert client.get("/account").status_code == 303


def test_who_is_signed_in_costs_one_statement_and_a_visitor_none(client: FlaskClient, leader: User) -> None:
    with counted_statements() as statements:
        client.get("/nothing-here")
    assert statements == []
    enter(client)
    with counted_statements() as statements:
        client.get("/nothing-here")
    assert len(statements) == 1


def test_the_one_statement_brings_organisation_and_city(client: FlaskClient, leader: User) -> None:
    enter(client)
    with client.session_transaction() as session:
        hashed = token_hash(session["sign_in"])
    db.session.remove()
    with counted_statements() as statements:
        user = find_signed_in(hashed, now())
        assert user is not None
        assert str(user.organisation.city.name)
    assert len(statements) == 1


def test_guessing_an_account_is_stopped_from_one_address_and_not_from_the_owners(
    client: FlaskClient, leader: User
) -> None:
    tried = [enter(client, password=f"guess {number}").status_code for number in range(10)]
    assert set(tried) == {422}
    assert enter(client).status_code == 429  # even with the right password
    form = form_of(client.get("/sign-in").text, "/sign-in")
    typed = {**form, "email": leader.email, "password": PASSWORD}
    elsewhere = client.post("/sign-in", data=typed, environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    assert elsewhere.status_code == 303


def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(client: FlaskClient, leader: User) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction():
        db.session.get_one(User, leader.id).password_hash = weak
    assert enter(client).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(User, leader.id).password_hash != weak
    client.post("/sign-out", data=form_of(client.get("/account").text, "/sign-out"))
    assert enter(client).status_code == 303


def test_old_sign_ins_are_cleared_away(client: FlaskClient, leader: User) -> None:
    with transaction():
        db.session.add(
            SignIn(
                token_hash="0" * 64,
                user_id=leader.id,
                started_at=now() - timedelta(days=2),
                seen_at=now() - timedelta(days=2),
                proven_at=now() - timedelta(days=2),
                ends_at=now() - timedelta(days=1),
            )
        )
    enter(client)
    assert len(sign_ins()) == 1
