"""The accounts that an administrator keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import OrganisationKind
from tests.accounts.conftest import PASSWORD, Enter
from tests.builders import make_organisation
from tests.pages import form_of, send
from tests.statements import counted_statements

USERS = "/administrator/users"
ADD = "/administrator/users/add"
COMMANDS = ("close", "reopen", "link", "end-sign-ins", "remove-second-factors")
NEW_LEADER = {"name": "韦思源", "email": "New@School.example", "phone": "13900005678", "role": "leader"}


def shown_link(page: str) -> str:
    """The path of the link that a page shows to be copied."""
    found = re.search(r'id="link"[^>]* value="http://localhost(/password/[^"]+)"', page)
    assert found is not None
    return found[1]


def choose(client: FlaskClient, link: str, password: str = PASSWORD) -> TestResponse:
    return client.post(link, data={**form_of(client.get(link).text), "new_password": password})


def try_password(app: Flask, email: str, password: str) -> int:
    client = app.test_client()
    form = form_of(client.get("/sign-in").text, "/sign-in")
    return client.post("/sign-in", data={**form, "email": email, "password": password}).status_code


def press(client: FlaskClient, action: str) -> str:
    """Press the button on the page of the account."""
    page = client.get(action.rpartition("/")[0]).text
    return client.post(action, data=form_of(page, action), follow_redirects=True).text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_sees_or_changes_accounts(enter: Enter, role: Role) -> None:
    client, user = enter(role)
    token = form_of(client.get("/account").text, "/sign-out")["csrf_token"]
    assert client.get(USERS).status_code == 403
    own = f"{USERS}/{user.id}"
    for action in (ADD, own, *(f"{own}/{command}" for command in COMMANDS)):
        assert client.post(action, data={"csrf_token": token}).status_code == 403


def test_the_owner_of_a_new_account_chooses_the_password_by_a_link_that_is_shown_once(app: Flask, enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    answer = send(client, ADD, organisation_id=str(administrator.organisation_id), **NEW_LEADER)
    link = shown_link(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert link not in client.get(USERS).text
    assert try_password(app, "new@school.example", "") == 422
    theirs = app.test_client()
    page = theirs.get(link)
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert choose(theirs, link).location == "/sign-in"
    assert theirs.get("/account").status_code == 303  # the link signs nobody in
    assert try_password(app, "new@school.example", PASSWORD) == 303
    assert theirs.get(link).status_code == 404


def test_a_new_invitation_takes_the_place_of_the_old(app: Flask, enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    first = shown_link(send(client, ADD, organisation_id=str(administrator.organisation_id), **NEW_LEADER).text)
    invited = db.session.scalars(select(User.id).where(User.email == "new@school.example")).one()
    second = shown_link(press(client, f"{USERS}/{invited}/link"))
    theirs = app.test_client()
    assert theirs.get(first).status_code == 404
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1)):
        assert theirs.get(second).status_code == 404
    assert choose(theirs, second).status_code == 303


def test_an_address_has_one_account(enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    typed = {**NEW_LEADER, "email": administrator.email.upper()}
    answer = send(client, ADD, organisation_id=str(administrator.organisation_id), **typed)
    assert answer.status_code == 422
    assert "has an account already" in answer.text
    assert 'value="韦思源"' in answer.text
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    ("role", "kind", "sentence"),
    [
        (Role.HEAD, OrganisationKind.SCHOOL, None),
        (Role.HEAD, OrganisationKind.OFFICE, "Choose a school."),
        (Role.HEAD, OrganisationKind.AGENCY, "Choose a school."),
        (Role.BUREAU, OrganisationKind.OFFICE, None),
        (Role.BUREAU, OrganisationKind.SCHOOL, "Choose an office."),
        (Role.BUREAU, OrganisationKind.SOCIAL_PARTNER, "Choose an office."),
        (Role.COORDINATOR, OrganisationKind.OFFICE, None),
        (Role.COORDINATOR, OrganisationKind.SCHOOL, "Choose an office."),
    ],
)
def test_a_head_works_for_a_school_a_bureau_and_a_co_ordinator_for_an_office(
    enter: Enter, role: Role, kind: OrganisationKind, sentence: str | None
) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    with transaction():
        organisation = make_organisation(administrator.organisation.city, kind)
    answer = send(client, ADD, organisation_id=str(organisation.id), **NEW_LEADER | {"role": role.value})
    db.session.rollback()
    added = list(db.session.scalars(select(User.role).where(User.organisation_id == organisation.id)))
    if sentence is None:
        assert answer.status_code == 200
        assert added == [role]
    else:
        assert answer.status_code == 422
        assert 'id="organisation_id-error"' in answer.text
        assert answer.text.count(sentence) == 2  # in the summary, and beside the field
        assert 'value="韦思源"' in answer.text
        assert added == []


def test_what_is_missing_is_said_beside_its_field(enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    answer = send(client, ADD, name="", email="nobody", phone="", role="emperor", organisation_id="999999")
    assert answer.status_code == 422
    assert "Write an e-mail address" in answer.text
    assert answer.text.count("Choose one of the list.") >= 2


def test_a_closed_account_is_out_and_a_reopened_one_comes_back(app: Flask, enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    theirs, leader = enter(Role.LEADER)
    assert "Account closed" in press(client, f"{USERS}/{leader.id}/close")
    assert theirs.get("/account").status_code == 303
    assert try_password(app, leader.email, PASSWORD) == 422
    press(client, f"{USERS}/{leader.id}/reopen")
    assert try_password(app, leader.email, PASSWORD) == 303
    assert theirs.get("/account").status_code == 303  # the sign-in from before has ended for good


def test_a_forgotten_password_is_replaced(app: Flask, enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    theirs, leader = enter(Role.LEADER)
    link = shown_link(press(client, f"{USERS}/{leader.id}/link"))
    assert theirs.get("/account").status_code == 303
    assert try_password(app, leader.email, PASSWORD) == 422
    assert choose(app.test_client(), link, "quite another long sentence").status_code == 303
    assert try_password(app, leader.email, "quite another long sentence") == 303


def test_administrators_cannot_lock_themselves_out(enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    token = form_of(client.get(USERS).text, "/sign-out")["csrf_token"]
    for command in ("close", "link", "end-sign-ins", "remove-second-factors"):
        assert client.post(f"{USERS}/{administrator.id}/{command}", data={"csrf_token": token}).status_code == 409
    assert client.get(USERS).status_code == 200


def test_an_account_that_is_not_there_is_not_found(enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    token = form_of(client.get(USERS).text, "/sign-out")["csrf_token"]
    assert client.post(f"{USERS}/999999/close", data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("words", ["覃雨", "QIN@school", "%", "_"])
def test_accounts_are_searched_by_name_and_address_letter_by_letter(enter: Enter, words: str) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    new = {**NEW_LEADER, "name": "覃雨桐", "email": "qin@school.example"}
    send(client, ADD, organisation_id=str(administrator.organisation_id), **new)
    found = client.get(f"{USERS}?words={words.replace('%', '%25')}").text
    assert ("覃雨桐" in found) == (words not in "%_")


def test_a_longer_list_costs_no_more_statements(app: Flask, enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    client.get(USERS)

    def cost() -> int:
        with counted_statements() as statements:
            assert client.get(USERS).status_code == 200
        return len(statements)

    few = cost()
    for _ in range(12):
        enter(Role.LEADER)
    assert cost() == few


def test_somebody_who_changes_work_is_signed_out_of_the_former(enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    theirs, leader = enter(Role.LEADER)
    own = f"{USERS}/{leader.id}"
    refused = send(client, own, role="bureau", organisation_id=str(leader.organisation_id))
    assert refused.status_code == 422
    assert "Choose an office." in refused.text
    assert theirs.get("/account").status_code == 200
    with transaction():
        office = make_organisation(administrator.organisation.city, OrganisationKind.OFFICE)
    assert "The account was changed." in send(client, own, role="organiser", organisation_id=str(office.id)).text
    assert theirs.get("/account").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    changed = db.session.get_one(User, leader.id)
    assert (changed.role, changed.organisation_id) == (Role.ORGANISER, office.id)


def test_nobody_changes_the_own_role(enter: Enter) -> None:
    client, administrator = enter(Role.ADMINISTRATOR)
    token = form_of(client.get(USERS).text, "/sign-out")["csrf_token"]
    typed = {"csrf_token": token, "role": "leader", "organisation_id": str(administrator.organisation_id)}
    answer = client.post(f"{USERS}/{administrator.id}", data=typed)
    assert answer.status_code == 422
    assert "another administrator" in answer.text


def test_somebodys_sign_ins_are_ended_from_here(enter: Enter) -> None:
    client, _ = enter(Role.ADMINISTRATOR)
    theirs, leader = enter(Role.LEADER)
    press(client, f"{USERS}/{leader.id}/end-sign-ins")
    assert theirs.get("/account").status_code == 303


def test_the_command_line_prints_a_link_and_no_password(app: Flask) -> None:
    runner = app.test_cli_runner()
    words = ["accounts", "add-administrator", "wei@city.example", "韦兰", "--organisation", "民宗委"]
    city = ["--city-code", "450100", "--city-name", "南宁市", "--city-slug", "nanning"]
    said = runner.invoke(args=[*words, *city]).output
    link = re.search(r"http://localhost(/password/\S+)", said)
    assert link is not None
    assert choose(app.test_client(), link[1]).status_code == 303
    assert try_password(app, "wei@city.example", PASSWORD) == 303


def test_the_command_line_signs_everybody_out(app: Flask, enter: Enter) -> None:
    theirs = [enter(role)[0] for role in (Role.LEADER, Role.ADMINISTRATOR)]
    assert "2 sign-ins" in app.test_cli_runner().invoke(args=["accounts", "end-sign-ins"]).output
    assert [client.get("/account").status_code for client in theirs] == [303, 303]
