"""What people hear about their accounts: to whom, when, and when not."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts import invitations, service
from exchange_app.accounts.browsers import MOST_ACCOUNTS
from exchange_app.accounts.errors import EmailTaken
from exchange_app.accounts.models import User
from exchange_app.accounts.service import Profile
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.factory import create_app
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tests.accounts.conftest import HASH, PASSWORD, Enter
from tests.builders import NOW, make_city, make_organisation, make_user
from tests.outbox.letters import deliver, letters
from tests.pages import Browser, form_of, send
from tests.settings import make_settings

USERS = "/administrator/users"


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_user(make_organisation(make_city()), Role.LEADER, email="leader@school.example", password_hash=HASH)


def enter_password(client: FlaskClient, email: str = "leader@school.example") -> TestResponse:
    """Whoever was signed in there before left without signing out."""
    client.delete_cookie("session")
    form = form_of(client.get("/sign-in").text, "/sign-in")
    return client.post("/sign-in", data={**form, "email": email, "password": PASSWORD})


def kinds() -> list[str]:
    return [letter.kind for letter in letters()]


def press(client: FlaskClient, action: str) -> None:
    client.post(action, data=form_of(client.get(action.rpartition("/")[0]).text, action))


# ------------------------------------------------------------------------------------------- what administrators do


def test_a_new_account_is_told_its_link_by_mail_and_nowhere_else(enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    new = {"name": "韦思源", "email": "New@School.example", "phone": "13900005678", "role": "leader", "language": "en"}
    page = send(client, f"{USERS}/add", organisation_id=str(administrator.organisation_id), **new).text
    found = re.search(r'id="link"[^>]* value="([^"]+)"', page)
    assert found is not None
    (letter,) = letters()
    assert (letter.kind, letter.address, letter.language) == ("account_opened", "new@school.example", "en")
    deliver(Mailbox(), at=letter.due_at)
    (letter,) = letters()
    assert letter.state is LetterState.SENT
    assert found[1] in read_letter(letter, letter.due_at).text
    assert letter.reader_id is None


def test_an_account_that_was_not_added_writes_nothing(leader: User) -> None:
    profile = Profile(leader.email, "Somebody else", Role.LEADER)
    with pytest.raises(EmailTaken), transaction():
        invitations.invite(service.add_user(leader.organisation, profile, now=NOW), by=None, now=NOW)
    assert letters() == []


def test_each_step_of_an_account_is_told_and_pressing_twice_is_no_second_step(enter: Enter, leader: User) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    own = f"{USERS}/{leader.id}"
    press(client, f"{own}/link")
    token = form_of(client.get(own).text, f"{own}/close")
    for action in ("close", "close", "reopen", "reopen"):
        client.post(f"{own}/{action}", data=token)
    assert kinds() == ["password_reset", "account_closed", "account_reopened"]
    assert {letter.address for letter in letters()} == {leader.email}


def test_only_the_word_that_it_is_closed_goes_to_a_closed_account(leader: User) -> None:
    with transaction():
        administrator = make_user(leader.organisation, Role.ADMINISTRATOR)
        invitations.send_link(leader, by=administrator, now=NOW)
        service.close_user(leader, by=administrator, now=NOW)
    deliver(Mailbox())
    assert {letter.kind: letter.state for letter in letters()} == {
        "password_reset": LetterState.SKIPPED,
        "account_closed": LetterState.SENT,
    }


def test_who_is_back_before_the_letter_left_never_hears_of_having_been_closed(leader: User) -> None:
    with transaction():
        service.close_user(leader, by=make_user(leader.organisation, Role.ADMINISTRATOR), now=NOW)
        service.reopen_user(leader, now=NOW)
    deliver(Mailbox())
    assert {letter.kind: letter.state for letter in letters()} == {
        "account_closed": LetterState.SKIPPED,
        "account_reopened": LetterState.SENT,
    }


def test_who_changes_the_own_password_is_told(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    fields = form_of(client.get("/account").text, "/account/password")
    typed = {**fields, "present_password": PASSWORD, "new_password": "another long sentence"}
    assert client.post("/account/password", data=typed).status_code == 303
    assert [(letter.kind, letter.address) for letter in letters()] == [("password_changed", user.email)]


# ------------------------------------------------------------------------------------------------------- browsers


def test_the_first_sign_in_ever_is_no_news_and_one_from_another_browser_is(app: Flask, leader: User) -> None:
    at_school, at_home = app.test_client(), app.test_client()
    for client in (at_school, at_school):
        assert enter_password(client).status_code == 303
    assert kinds() == []
    assert enter_password(at_home).status_code == 303
    assert kinds() == ["new_browser"]
    enter_password(at_home)
    assert kinds() == ["new_browser"]


def test_a_wrong_password_is_no_sign_in(app: Flask, leader: User) -> None:
    enter_password(app.test_client())
    client = app.test_client()
    form = form_of(client.get("/sign-in").text, "/sign-in")
    client.post("/sign-in", data={**form, "email": leader.email, "password": "wrong"})
    assert kinds() == []
    assert client.get_cookie("browser") is None


def test_a_cookie_that_somebody_made_up_or_took_from_another_account_knows_nobody(app: Flask, leader: User) -> None:
    with transaction():
        make_user(leader.organisation, Role.LEADER, email="other@school.example", password_hash=HASH)
    theirs = app.test_client()
    enter_password(app.test_client())
    enter_password(theirs, "other@school.example")
    enter_password(theirs)
    forged = app.test_client()
    forged.set_cookie("browser", "WyJmb3JnZWQiXQ.aaaa.bbbb")
    enter_password(forged)
    assert kinds() == ["new_browser", "new_browser"]


def test_a_browser_knows_the_last_ten_accounts(app: Flask, leader: User) -> None:
    with transaction():
        emails = [f"teacher{number}@school.example" for number in range(MOST_ACCOUNTS)]
        for email in emails:
            make_user(leader.organisation, Role.LEADER, email=email, password_hash=HASH)
    client = app.test_client()
    for email in (leader.email, *emails, emails[0]):
        enter_password(client, email)
    assert kinds() == []
    enter_password(client)  # forgotten: ten others were here since
    assert kinds() == ["new_browser"]


def test_the_cookie_is_for_the_server_alone(app: Flask, leader: User) -> None:
    secure = create_app(
        make_settings(DATABASE_URL=app.config["SQLALCHEMY_DATABASE_URI"], PUBLIC_URL="https://exchange.example")
    )
    with secure.app_context():
        client = Browser(secure)
        form = form_of(client.get("/sign-in", base_url="https://exchange.example").text, "/sign-in")
        typed = {**form, "email": leader.email, "password": PASSWORD}
        answer = client.post(
            "/sign-in", data=typed, base_url="https://exchange.example", headers={"Referer": "https://exchange.example"}
        )
        cookies = SimpleCookie()
        for header in answer.headers.getlist("Set-Cookie"):
            cookies.load(header)
        kept = cookies["__Host-browser"]
        db.session.remove()
        db.engine.dispose()
    assert kept["secure"]
    assert kept["httponly"]
    assert (kept["samesite"], kept["path"], kept["domain"]) == ("Lax", "/", "")
    assert int(kept["max-age"]) == 365 * 24 * 3600


def test_all_other_sign_ins_end_with_one_click(app: Flask, enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    elsewhere = [app.test_client(), app.test_client()]
    with transaction():
        db.session.get_one(User, user.id).password_hash = HASH
    for other in elsewhere:
        enter_password(other, user.email)
    action = "/account/other-sign-ins/end"
    client.post(action, data=form_of(client.get("/account").text, action))
    assert [other.get("/account").status_code for other in elsewhere] == [303, 303]
    page = client.get("/account")
    assert page.status_code == 200
    assert action not in page.text
