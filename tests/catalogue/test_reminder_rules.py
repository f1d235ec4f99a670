"""Organisers say in a package's form who is reminded of what, how many days before or after, and at which hour."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.errors import (
    ChangedMeanwhile,
    ReminderForFamilies,
    ReminderTooEarly,
    ReminderTwice,
    TooManyReminders,
)
from exchange_app.catalogue.models import Package, ReminderAbout, ReminderReader
from exchange_app.catalogue.terms import (
    DEFAULT_REMINDERS,
    PackageTerms,
    Reminder,
    fingerprint,
    make_rules,
    reminders_of,
    terms_of,
)
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import OrganisationKind
from tests.builders import make_city, make_organisation, make_package, make_user
from tests.pages import form_of, send, sign_in

TRIP = Reminder(ReminderAbout.TRIP, 5, ReminderReader.LEADER, 9)
FAMILIES = Reminder(ReminderAbout.TRIP, 2, ReminderReader.FAMILIES, 18)


@pytest.fixture
def organiser(client: FlaskClient) -> User:
    with transaction():
        user = make_user(make_organisation(make_city(), OrganisationKind.OFFICE), Role.ORGANISER)
    sign_in(client, user)
    return user


@pytest.fixture
def package(organiser: User) -> Package:
    with transaction():
        return make_package(
            organiser=organiser.organisation,
            host_city=organiser.organisation.city,
            reminders=make_rules([TRIP, FAMILIES]),
        )


def address_of(package: Package) -> str:
    return f"/organiser/packages/{package.id}/edit"


def row(number: int, about: object, days: object, hour: object = 9, reader: object = "leader") -> dict[str, object]:
    """What is typed into a row of the table."""
    typed = {"about": about, "days": days, "hour": hour, "reader": reader}
    return {f"reminders-{number - 1}-{name}": value for name, value in typed.items()}


# --------------------------------------------------------------------------------------------- the form


def test_a_new_package_has_reminders_that_make_sense(client: FlaskClient, organiser: User) -> None:
    send(
        client,
        "/organiser/packages/new",
        **{"title-en": "Drums", "days": 1, "grade_from": 4, "grade_until": 9, "supervision_basis-en": "Our own rule"},
    )
    package = db.session.query(Package).one()
    assert reminders_of(package) == list(DEFAULT_REMINDERS)


def test_rules_are_added_changed_and_taken_away(client: FlaskClient, package: Package) -> None:
    typed = row(1, "trip", "７", 20) | row(2, "", "") | row(8, "afterwards", 2, 10)
    assert "The package is saved." in send(client, address_of(package), **typed).text
    assert reminders_of(package) == [
        Reminder(ReminderAbout.TRIP, 7, ReminderReader.LEADER, 20),
        Reminder(ReminderAbout.AFTERWARDS, 2, ReminderReader.LEADER, 10),
    ]


def test_without_rules_nobody_is_reminded(client: FlaskClient, package: Package) -> None:
    send(client, address_of(package), **row(1, "", ""), **row(2, "", ""))
    assert package.reminders == []
    assert form_of(client.get(address_of(package)).text)["reminders-0-about"] == ""


def test_two_rules_may_change_places(client: FlaskClient, package: Package) -> None:
    send(client, address_of(package), **row(1, "trip", 2, 18, "families"), **row(2, "trip", 5, 12))
    assert reminders_of(package) == [replace(TRIP, hour=12), FAMILIES]


def test_rules_stand_in_the_order_in_which_they_go_out(client: FlaskClient, package: Package) -> None:
    send(client, address_of(package), **row(3, "afterwards", 1), **row(4, "roster", 1), **row(5, "roster", 6))
    kept = form_of(client.get(address_of(package)).text)
    assert [(kept[f"reminders-{at}-about"], kept[f"reminders-{at}-days"]) for at in range(6)] == [
        ("roster", "6"),
        ("roster", "1"),
        ("trip", "5"),
        ("trip", "2"),
        ("afterwards", "1"),
        ("", ""),
    ]


def test_eight_rules_fit(client: FlaskClient, package: Package) -> None:
    rows: dict[str, object] = {}
    for number in range(1, 9):
        rows |= row(number, "trip", number)
    assert "The package is saved." in send(client, address_of(package), **rows).text
    assert len(package.reminders) == 8


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (row(3, "trip", 5, 20), "This reminder stands here already"),
        (row(3, "trip", 31), "Write a number from 0 to 30."),
        (row(3, "trip", -1), "Write a number from 0 to 30."),
        (row(3, "trip", "two"), "Write a whole number in digits"),
        (row(3, "trip", ""), "Fill this in."),
        (row(3, "", 4), "Choose what it is about, or empty the days too."),
        (row(3, "roster", 4, 18, "families"), "Families are reminded of the trip only."),
        (row(3, "afterwards", 0), "Afterwards is one day after the last day, or later."),
        (row(3, "birthday", 4), "Choose one of the list."),
        (row(3, "trip", 4, 22), "Choose one of the list."),
        (row(3, "trip", 4, 9, "everybody"), "Choose one of the list."),
    ],
)
def test_nonsense_is_refused_beside_its_row_and_nothing_is_lost(
    client: FlaskClient, package: Package, typed: dict[str, object], sentence: str
) -> None:
    answer = send(client, address_of(package), **typed, **row(2, "trip", 6, 12, "families"), **{"title-en": "Longer"})
    assert answer.status_code == 422
    assert f"Row 3: {sentence}" in answer.text
    beside = answer.text.partition('id="reminders-2-about"')[2].partition('id="reminders-3-about"')[0]
    assert sentence in beside
    kept = form_of(answer.text)
    assert kept["reminders-2-days"] == str(typed["reminders-2-days"])
    assert [kept[f"reminders-1-{name}"] for name in ("about", "days", "hour", "reader")] == [
        "trip",
        "6",
        "12",
        "families",
    ]
    assert kept["title-en"] == "Longer"
    assert reminders_of(package) == [TRIP, FAMILIES]


def test_the_second_of_two_editors_is_told_of_the_firsts_reminders(client: FlaskClient, package: Package) -> None:
    mine = dict(form_of(client.get(address_of(package)).text))
    send(client, address_of(package), **row(1, "trip", 7))
    answer = client.post(address_of(package), data=mine | row(1, "trip", 4))
    assert answer.status_code == 422
    assert "Somebody else changed this while you were typing." in answer.text
    kept = dict(form_of(answer.text))
    assert kept["reminders-0-days"] == "4"
    assert [rule.days for rule in reminders_of(package)] == [7, 2]
    assert client.post(address_of(package), data=kept).status_code == 303
    assert [rule.days for rule in reminders_of(package)] == [4, 2]


def test_saving_without_a_change_keeps_the_rows(client: FlaskClient, package: Package) -> None:
    before = {rule.id for rule in package.reminders}
    for _ in range(2):
        assert "The package is saved." in send(client, address_of(package)).text
    assert {rule.id for rule in package.reminders} == before


# --------------------------------------------------------------------------------------------- the command


def test_a_copy_has_the_same_reminders(package: Package, organiser: User) -> None:
    with transaction():
        copy = catalogue.add_package(terms_of(package, PackageTerms), by=organiser)
    assert reminders_of(copy) == [TRIP, FAMILIES]
    assert len(package.reminders) == 2


def test_reminders_are_part_of_what_an_editor_saw(package: Package) -> None:
    seen = terms_of(package, PackageTerms)
    with transaction():
        catalogue.change_package(package, replace(seen, reminders=[TRIP]), seen=fingerprint(seen))
    with pytest.raises(ChangedMeanwhile), transaction():
        catalogue.change_package(package, replace(seen, grade_from=5), seen=fingerprint(seen))


@pytest.mark.parametrize(
    ("reminders", "refusal"),
    [
        ([TRIP, replace(TRIP, hour=20)], ReminderTwice),
        ([replace(FAMILIES, about=ReminderAbout.AFTERWARDS)], ReminderForFamilies),
        ([replace(TRIP, about=ReminderAbout.AFTERWARDS, days=0)], ReminderTooEarly),
        ([replace(TRIP, days=days) for days in range(9)], TooManyReminders),
    ],
)
def test_what_a_package_cannot_have_changes_nothing(
    package: Package, reminders: list[Reminder], refusal: type[Refusal]
) -> None:
    terms = terms_of(package, PackageTerms)
    with pytest.raises(refusal), transaction():
        catalogue.change_package(package, replace(terms, reminders=reminders), seen=fingerprint(terms))
    db.session.expire_all()
    assert reminders_of(package) == [TRIP, FAMILIES]


def test_a_package_goes_with_its_reminders(package: Package) -> None:
    with transaction():
        db.session.delete(package)
    assert db.session.query(Package).count() == 0
