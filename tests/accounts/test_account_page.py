"""One's own account: name, phone, language, password, and where one is signed in."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import is_password
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from tests.accounts.conftest import PASSWORD, Enter
from tests.pages import form_of, send, sign_in

NEW = "another bridge, far away"


def stored(user: User) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, user.id)


def test_name_phone_and_language_are_changed(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    answer = send(client, "/account", "/account", name="覃雨桐", phone="0771-5551234", language="zh_Hans")
    assert answer.status_code == 200
    assert '<html lang="zh-Hans">' in answer.text
    now_is = stored(user)
    assert (now_is.name, now_is.phone, now_is.language) == ("覃雨桐", "0771-5551234", "zh_Hans")


def test_what_is_wrong_is_said_and_changes_nothing(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    answer = send(client, "/account", "/account", name="", phone="call me", language="xx")
    assert answer.status_code == 422
    assert answer.text.count("Fill this in.") == 2  # in the summary, and beside the field
    assert 'value="call me"' in answer.text
    assert stored(user).phone == "13900001234"


def test_role_and_organisation_cannot_be_changed_by_oneself(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    form = form_of(client.get("/account").text, "/account")
    client.post("/account", data={**form, "role": "administrator", "organisation_id": "1", "email": "x@y.example"})
    now_is = stored(user)
    assert (now_is.role, now_is.email) == (Role.LEADER, user.email)


def change(client: FlaskClient, present: str, new: str) -> TestResponse:
    return send(client, "/account", "/account/password", present_password=present, new_password=new)


def test_a_new_password_ends_every_other_sign_in_and_keeps_this_one(app: Flask, enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    elsewhere = app.test_client()
    sign_in(elsewhere, user)
    assert elsewhere.get("/account").status_code == 200
    assert "Your password was changed" in change(client, PASSWORD, NEW).text
    assert is_password(NEW, stored(user).password_hash)
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_the_present_password_is_asked_for(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    assert "This is not your present password." in change(client, "wrong", NEW).text
    assert is_password(PASSWORD, stored(user).password_hash)


def test_guessing_the_present_password_is_stopped(enter: Enter) -> None:
    client, _user = enter(Role.LEADER)
    tried = [change(client, f"guess {number}", NEW).status_code for number in range(11)]
    assert tried == [422] * 10 + [429]


def test_a_poor_password_is_refused_with_the_reason(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    for poor, words in (
        ("short", "at least 12 characters"),
        ("aaaaaaaaaaaaa", "easy to guess"),
        (user.email, "easy to guess"),
        (f"{user.name} {user.email}", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("x1y2z3" * 40, "at most 200 characters"),
    ):
        answer = change(client, PASSWORD, poor)
        assert answer.status_code == 422
        assert words in answer.text


def test_a_password_may_be_in_any_script(enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    change(client, PASSWORD, "左江花山岩画上的人在跳舞")
    assert is_password("左江花山岩画上的人在跳舞", stored(user).password_hash)


def test_another_device_can_be_signed_out(app: Flask, enter: Enter) -> None:
    client, user = enter(Role.LEADER)
    elsewhere = app.test_client()
    sign_in(elsewhere, user)
    page = client.get("/account").text
    (end,) = [part.split('"')[0] for part in page.split('action="')[1:] if part.startswith("/account/sign-ins/")]
    client.post(end, data=form_of(page, end))
    assert elsewhere.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_nobody_ends_somebody_elses_sign_in(app: Flask, enter: Enter) -> None:
    client, _ = enter(Role.LEADER)
    other, user = enter(Role.LEADER)
    elsewhere = app.test_client()
    sign_in(elsewhere, user)
    page = other.get("/account").text
    (end,) = [part.split('"')[0] for part in page.split('action="')[1:] if part.startswith("/account/sign-ins/")]
    token = form_of(client.get("/account").text, "/sign-out")["csrf_token"]
    assert client.post(end, data={"csrf_token": token}).status_code == 404
    assert elsewhere.get("/account").status_code == 200
