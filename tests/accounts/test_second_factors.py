"""What proves who somebody is beside the password, and everything that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import Passkey, SignIn, User
from exchange_app.accounts.rules import SECOND_STEP_TRIES
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from tests.accounts.authenticator import SoftKey
from tests.accounts.conftest import PASSWORD, Enter
from tests.outbox.letters import letters
from tests.pages import form_of

PAGE = "/account/second-factors"
STEP = "/sign-in/second-step"
USERS = "/administrator/users"


@pytest.fixture(autouse=True)
def while_codes_change_when_we_say() -> Iterator[None]:
    with time_machine.travel(now().replace(second=5, microsecond=0), tick=False):
        yield


@pytest.fixture
def owner(enter: Enter) -> tuple[FlaskClient, User]:
    return enter(Role.ORGANISER)


def fresh(app: Flask) -> FlaskClient:
    """Somebody's browser, in English."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["language"] = "en"
    return client


def csrf(client: FlaskClient) -> str:
    return str(form_of(client.get("/sign-in", follow_redirects=True).text, "/language")["csrf_token"])


def post(client: FlaskClient, action: str, **typed: str) -> TestResponse:
    return client.post(action, data={"csrf_token": csrf(client), **typed})


def challenge(client: FlaskClient, address: str) -> Mapping[str, Any]:
    answer = client.post(address, headers={"X-CSRFToken": csrf(client)})
    assert answer.status_code == 200, address
    options: Mapping[str, Any] = answer.get_json()
    return options


def enter_password(client: FlaskClient, user: User, password: str = PASSWORD) -> TestResponse:
    return post(client, "/sign-in", email=user.email, password=password)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def done() -> list[str]:
    """What the audit log says, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.number)))


def set_up_app(client: FlaskClient) -> pyotp.TOTP:
    post(client, f"{PAGE}/app/begin")
    found = re.search(r'secret-signs">([A-Z2-7 ]+)<', client.get(f"{PAGE}/app").text)
    assert found
    app = pyotp.TOTP(found[1].replace(" ", ""))
    assert post(client, f"{PAGE}/app", code=app.at(now())).status_code == 303
    return app


def set_up_passkey(client: FlaskClient, key: SoftKey | None = None) -> SoftKey:
    key = key or SoftKey()
    answer = key.make(challenge(client, f"{PAGE}/passkey/challenge"))
    assert post(client, f"{PAGE}/passkey", name="My phone", credential=answer).status_code == 303
    return key


def use_passkey(client: FlaskClient, key: SoftKey) -> TestResponse:
    answer = key.use(challenge(client, "/sign-in/passkey/challenge"))
    return post(client, "/sign-in/passkey", credential=answer)


def recovery_codes(client: FlaskClient) -> list[str]:
    page = post(client, f"{PAGE}/recovery-codes")
    assert page.headers["Cache-Control"] == "no-store"
    return re.findall(r'secret-signs">([^<]+)<', page.text)


# ------------------------------------------------------------------------------------------------- one-time codes


def test_after_the_password_a_code_is_asked_for_and_nobody_is_signed_in_before(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    codes = set_up_app(owner[0])
    client = fresh(app)
    assert enter_password(client, owner[1]).location == STEP
    assert client.get("/organiser/").location.startswith("/sign-in")  # going straight to a page skips nothing
    assert not is_signed_in(client)
    with time_machine.travel(now() + timedelta(seconds=30), tick=False):
        assert post(client, STEP, code=codes.at(now())).location == "/organiser/"
        assert is_signed_in(client)
    assert done()[-1] == What.SIGNED_IN


def test_a_code_is_valid_once_and_an_older_one_never_again(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    codes = set_up_app(owner[0])
    client = fresh(app)
    enter_password(client, owner[1])
    for used in (codes.at(now()), codes.at(now() - timedelta(seconds=30))):
        refused = post(client, STEP, code=used)
        assert refused.status_code == 422
        assert "was used already" in refused.text
    assert not is_signed_in(client)


@pytest.mark.parametrize(("off", "is_taken"), [(-30, True), (30, True), (-60, False), (60, False)])
def test_a_clock_may_be_wrong_by_half_a_minute(
    app: Flask, owner: tuple[FlaskClient, User], off: int, is_taken: bool
) -> None:
    codes = set_up_app(owner[0])
    client = fresh(app)
    with time_machine.travel(now() + timedelta(minutes=5), tick=False):
        enter_password(client, owner[1])
        typed = codes.at(now() + timedelta(seconds=off))
        assert post(client, STEP, code=f"{typed[:3]} {typed[3:]}").status_code == (303 if is_taken else 422)


def test_after_five_wrong_codes_one_starts_again(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    codes = set_up_app(owner[0])
    client = fresh(app)
    enter_password(client, owner[1])
    with client.session_transaction() as session:
        kept = session["second_step"]
    with time_machine.travel(now() + timedelta(seconds=60), tick=False):
        for _ in range(SECOND_STEP_TRIES):
            assert post(client, STEP, code="000000").status_code == 422
            with client.session_transaction() as session:  # an old cookie gives no try back
                session["second_step"] = kept
        assert post(client, STEP, code=codes.at(now())).location == "/sign-in"
    assert not is_signed_in(client)
    assert done()[-SECOND_STEP_TRIES:] == [What.SIGN_IN_REFUSED] * SECOND_STEP_TRIES


def test_the_second_step_ends_after_five_minutes(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    codes = set_up_app(owner[0])
    client = fresh(app)
    enter_password(client, owner[1])
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1), tick=False):
        assert post(client, STEP, code=codes.at(now())).location == "/sign-in"


def test_guessing_codes_with_a_new_password_step_each_time_is_stopped(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    set_up_app(owner[0])
    client = fresh(app)
    tried = []
    for number in range(12):
        if number % SECOND_STEP_TRIES == 0:
            enter_password(client, owner[1])
        tried.append(post(client, STEP, code="000000").status_code)
    assert tried == [422] * 10 + [429] * 2


def test_somebody_elses_code_and_step_are_worth_nothing(app: Flask, enter: Enter) -> None:
    (mine, me), (theirs, they) = enter(Role.ORGANISER), enter(Role.ORGANISER)
    set_up_app(mine)
    codes = set_up_app(theirs)
    client = fresh(app)
    enter_password(client, me)
    with time_machine.travel(now() + timedelta(seconds=30), tick=False):
        assert post(client, STEP, code=codes.at(now())).status_code == 422
    other = fresh(app)  # knows no token of the step
    assert other.get(STEP).location == "/sign-in"
    assert they.id != me.id


def test_a_set_up_that_no_code_proved_counts_for_nothing(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    post(owner[0], f"{PAGE}/app/begin")
    assert post(owner[0], f"{PAGE}/app", code="000000").status_code == 422
    client = fresh(app)
    assert enter_password(client, owner[1]).location == "/organiser/"


def test_the_secret_is_sealed_and_shown_no_more_once_it_is_proven(owner: tuple[FlaskClient, User]) -> None:
    codes = set_up_app(owner[0])
    assert owner[0].get(f"{PAGE}/app").location == PAGE
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM authenticators").all()
    assert codes.secret not in str(rows)


# ------------------------------------------------------------------------------------------------------- passkeys


def test_a_passkey_alone_signs_in(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    key = set_up_passkey(owner[0])
    client = fresh(app)
    assert use_passkey(client, key).location == "/organiser/"
    assert owner[1].name in client.get("/account").text
    assert use_passkey(fresh(app), key).status_code == 303


def test_it_is_a_second_step_too(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    key = set_up_passkey(owner[0])
    client = fresh(app)
    assert enter_password(client, owner[1]).location == STEP
    options = challenge(client, f"{STEP}/challenge")
    assert len(options["allowCredentials"]) == 1
    assert post(client, STEP, credential=key.use(options)).location == "/organiser/"


def test_an_answer_is_worth_nothing_a_second_time(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    """Not even that of a passkey that does not count its uses, as those of phones do not."""
    key = set_up_passkey(owner[0], SoftKey(counts=False))
    client = fresh(app)
    answer = key.use(challenge(client, "/sign-in/passkey/challenge"))
    with client.session_transaction() as session:
        kept = dict(session)
    assert post(client, "/sign-in/passkey", credential=answer).status_code == 303
    again = fresh(app)
    with again.session_transaction() as session:
        session.update(kept)  # the very cookie of before
    assert post(again, "/sign-in/passkey", credential=answer).status_code == 422
    assert not is_signed_in(again)


def test_an_answer_to_another_sessions_question_is_refused(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    key = set_up_passkey(owner[0])
    answer = key.use(challenge(fresh(app), "/sign-in/passkey/challenge"))
    client = fresh(app)
    challenge(client, "/sign-in/passkey/challenge")
    assert post(client, "/sign-in/passkey", credential=answer).status_code == 422
    assert post(fresh(app), "/sign-in/passkey", credential=answer).status_code == 422


def test_an_answer_to_a_question_of_another_page_or_that_is_too_old_is_refused(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    key = set_up_passkey(owner[0])
    answer = key.use(challenge(owner[0], "/account/confirm/passkey/challenge"))
    assert post(owner[0], "/sign-in/passkey", credential=answer).status_code == 422
    client = fresh(app)
    late = key.use(challenge(client, "/sign-in/passkey/challenge"))
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert post(client, "/sign-in/passkey", credential=late).status_code == 422


def test_what_is_not_the_owners_own_hand_at_our_own_address_is_refused(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    key = set_up_passkey(owner[0])
    for change in ({"origin": "http://localhost.evil.example"}, {"flags": 0x01}, {"owner": b"somebody else"}):
        before = {name: getattr(key, name) for name in change}
        for name, value in change.items():
            setattr(key, name, value)
        assert use_passkey(fresh(app), key).status_code == 422, change
        for name, value in before.items():
            setattr(key, name, value)
    forged = SoftKey(credential_id=key.credential_id, owner=key.owner, count=50)  # another private key
    assert use_passkey(fresh(app), forged).status_code == 422
    assert use_passkey(fresh(app), key).status_code == 303


def test_a_count_that_goes_back_is_that_of_a_copy(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    key = set_up_passkey(owner[0])
    key.count = 7
    assert use_passkey(fresh(app), key).status_code == 303
    key.count = 6
    assert use_passkey(fresh(app), key).status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(Passkey.sign_count)).one() == 8


@pytest.mark.parametrize(
    "nonsense", ["", "x", "[]", "{}", "null", '{"rawId": 1}', '{"rawId": "AAAA", "id": "AAAA"}', "9" * 30_000]
)
def test_nonsense_is_refused_with_a_sentence(app: Flask, owner: tuple[FlaskClient, User], nonsense: str) -> None:
    client = fresh(app)
    challenge(client, "/sign-in/passkey/challenge")
    answer = post(client, "/sign-in/passkey", credential=nonsense)
    assert answer.status_code == 422
    assert "could not be used" in answer.text
    challenge(owner[0], f"{PAGE}/passkey/challenge")
    assert post(owner[0], f"{PAGE}/passkey", name="x", credential=nonsense).status_code == 422


def test_a_passkey_of_a_closed_account_signs_nobody_in(app: Flask, enter: Enter) -> None:
    theirs, user = enter(Role.ORGANISER)
    client, _ = enter(Role.ADMINISTRATOR)
    key = set_up_passkey(theirs)
    post(client, f"{USERS}/{user.id}/close")
    assert use_passkey(fresh(app), key).status_code == 422


def test_the_same_passkey_cannot_be_added_twice_nor_one_without_its_owners_finger(
    owner: tuple[FlaskClient, User],
) -> None:
    key = set_up_passkey(owner[0])
    for other in (key, SoftKey(flags=0x01), SoftKey(origin="http://elsewhere.example")):
        answer = other.make(challenge(owner[0], f"{PAGE}/passkey/challenge"))
        assert post(owner[0], f"{PAGE}/passkey", name="Another", credential=answer).status_code == 422


def test_nobody_removes_somebody_elses_passkey(enter: Enter) -> None:
    (mine, _), (theirs, _) = enter(Role.ORGANISER), enter(Role.ORGANISER)
    set_up_passkey(theirs)
    db.session.rollback()
    number = db.session.scalars(select(Passkey.id)).one()
    assert post(mine, f"{PAGE}/passkey/{number}/remove").status_code == 404
    with time_machine.travel(now() + timedelta(seconds=1), tick=False):
        assert post(theirs, f"{PAGE}/passkey/{number}/remove").location == PAGE
    assert [letter.kind for letter in letters()] == ["second_factors_changed"] * 2


# ------------------------------------------------------------------------------------------------- recovery codes


def test_each_recovery_code_signs_in_once_and_new_ones_take_the_place_of_the_old(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    set_up_app(owner[0])
    codes = recovery_codes(owner[0])
    assert len(set(codes)) == 10
    client = fresh(app)
    enter_password(client, owner[1])
    assert post(client, STEP, recovery_code=f" {codes[3].upper()} ").location == "/organiser/"
    enter_password(client, owner[1])
    assert post(client, STEP, recovery_code=codes[3]).status_code == 422
    assert "9 codes are left." in owner[0].get(PAGE).text
    recovery_codes(owner[0])
    assert post(client, STEP, recovery_code=codes[4]).status_code == 422
    assert What.RECOVERY_CODE_USED in done()
    with db.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM recovery_codes").all())
    assert codes[0] not in kept


# ------------------------------------------------------------------------------- who needs one, and who lost theirs


def test_whoever_needs_one_gets_nowhere_before_it_is_set_up(app: Flask, enter: Enter) -> None:
    app.config["SECOND_FACTOR_FOR"] = frozenset({Role.ORGANISER})
    client, _ = enter(Role.ORGANISER)
    for page in ("/organiser/", "/account", "/", "/bookings", "/packages"):
        assert client.get(page).location == PAGE, page
    assert client.get("/organiser/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE
    assert client.get("/organiser/", headers={"Accept": "application/json"}).status_code == 403
    assert client.post("/language", data={"csrf_token": csrf(client), "language": "en"}).location == "/"
    set_up_app(client)
    assert client.get("/organiser/").status_code == 200
    assert post(client, f"{PAGE}/app/remove").location == PAGE
    assert "Add another one before" in client.get(PAGE).text
    assert client.get("/organiser/").status_code == 200
    leader, _ = enter(Role.LEADER)
    assert leader.get("/bookings").status_code == 200


def test_the_last_one_can_be_removed_by_whoever_does_not_need_it(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    set_up_app(owner[0])
    codes = recovery_codes(owner[0])
    post(owner[0], f"{PAGE}/app/remove")
    client = fresh(app)
    assert enter_password(client, owner[1]).location == "/organiser/"
    assert codes


def test_an_administrator_helps_whoever_lost_them_all(app: Flask, enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    theirs, user = enter(Role.ORGANISER)
    set_up_app(theirs)
    key = set_up_passkey(theirs)
    action = f"{USERS}/{user.id}/remove-second-factors"
    assert post(theirs, action).status_code == 403
    client.post(action, data=form_of(client.get(f"{USERS}/{user.id}").text, action))
    assert not is_signed_in(theirs)
    assert letters()[-1].kind == "second_factors_removed"
    assert use_passkey(fresh(app), key).status_code == 422
    assert enter_password(fresh(app), user).location == "/organiser/"
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.SECOND_FACTOR_REMOVED))
    assert (entry.user_id, entry.facts) == (user.id, {"kind": "all"})


def test_what_proves_who_one_is_is_changed_only_after_proving_it(app: Flask, owner: tuple[FlaskClient, User]) -> None:
    client, _user = owner
    key = set_up_passkey(client)
    number = db.session.scalars(select(Passkey.id)).one()
    with client.session_transaction() as session:
        before = session["sign_in"]
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        for action in ("app/begin", f"passkey/{number}/remove", "recovery-codes", "passkey/challenge"):
            assert post(client, f"{PAGE}/{action}").location.startswith("/account/confirm"), action
        assert client.get(f"{PAGE}/passkey").location == f"/account/confirm?next={PAGE}/passkey"
        assert post(client, "/account/confirm", present_password="wrong").status_code == 422
        assert post(client, f"/account/confirm?next={PAGE}", present_password=PASSWORD).location == PAGE
        assert post(client, f"{PAGE}/app/begin").location == f"{PAGE}/app"
        with client.session_transaction() as session:
            assert session["sign_in"] != before
            session["sign_in"], new = before, session["sign_in"]
        assert not is_signed_in(client)  # the token of before is worth nothing
        with client.session_transaction() as session:
            session["sign_in"] = new
    with time_machine.travel(now() + timedelta(minutes=25), tick=False):
        answer = key.use(challenge(client, "/account/confirm/passkey/challenge"))
        assert post(client, "/account/confirm/passkey", credential=answer).location == "/account"
        assert post(client, f"{PAGE}/app/begin").location == f"{PAGE}/app"


def test_somebody_elses_passkey_confirms_nothing(enter: Enter) -> None:
    (mine, _), (theirs, _) = enter(Role.ORGANISER), enter(Role.ORGANISER)
    key = set_up_passkey(theirs)
    answer = key.use(challenge(mine, "/account/confirm/passkey/challenge"))
    assert post(mine, "/account/confirm/passkey", credential=answer).status_code == 422


def test_the_account_page_tells_browsers_apart_and_since_when_they_rest(
    app: Flask, owner: tuple[FlaskClient, User]
) -> None:
    phone = fresh(app)
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
    phone.post(
        "/sign-in",
        data={"csrf_token": csrf(phone), "email": owner[1].email, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    began = now()
    with time_machine.travel(began + timedelta(minutes=50), tick=False):
        assert is_signed_in(phone)
    db.session.rollback()
    seen = db.session.scalars(select(SignIn.seen_at).where(SignIn.browser == "Chrome · Android")).one()
    assert seen == began + timedelta(minutes=50)
    assert "Chrome · Android" in owner[0].get("/account").text
