"""A common problem is raised, discussed, assigned to both sides, settled with what was learnt; others never see it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.coordination.errors import DueMissing, NothingSaid, OneSideOnly, ProblemStepNotOpen
from exchange_app.coordination.models import Problem
from exchange_app.coordination.queries.problems import list_open_problems
from exchange_app.coordination.rules import ProblemState
from exchange_app.coordination.service import problems as service
from exchange_app.coordination.service.problems import ProblemTerms, Task
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import Agreement
from tests.coordination.conftest import Region
from tests.coordination.town import assigned, make_agreement, make_office, make_problem
from tests.pages import form_of, send, sign_in
from tests.statements import counted_statements


def letters_of(kind: str) -> list[int | None]:
    return sorted(db.session.scalars(select(Letter.reader_id).where(Letter.kind == kind)))


def test_a_problem_goes_from_both_sides_to_a_lesson(client: FlaskClient, region: Region) -> None:
    sign_in(client, region.here.organiser)
    typed = {"title": "No boat at night", "description": "Late groups cannot cross."}
    assert "Fill this in" in send(client, "/coordinator/problems/new", title="No boat at night").text
    assert "No boat at night" in send(client, "/coordinator/problems/new", **typed).text
    problem = db.session.scalars(select(Problem)).one()
    address = f"/coordinator/problems/{problem.id}"
    for person in (region.elsewhere.coordinator, region.elsewhere.organiser):
        sign_in(client, person)
        assert client.get(address).status_code == 404
        assert "No boat at night" not in client.get("/coordinator/problems").text
    sign_in(client, region.there.coordinator)
    send(client, address, f"{address}/comment", **{"comment-words": "The bridge is open."})
    due = str(now().date() + timedelta(days=9))
    one_side = {"tasks-0-office_id": region.here.office.id, "tasks-0-due_on": due}
    refused = send(client, address, f"{address}/assign", **one_side)
    assert "at least two cities" in refused.text
    both_sides = one_side | {"tasks-1-office_id": region.there.office.id, "tasks-1-due_on": due}
    assert "In hand" in send(client, address, f"{address}/assign", **both_sides).text
    assert letters_of("problem_assigned") == sorted(
        [region.here.coordinator.id, region.here.organiser.id, region.there.organiser.id]
    )
    assert "No boat at night" in client.get("/coordinator").text
    send(client, address, f"{address}/settle", **{"settle-words": "Leave an hour earlier."})
    assert "Leave an hour earlier." in client.get("/coordinator/lessons?words=HOUR").text
    assert "Leave an hour earlier." not in client.get("/coordinator/lessons?words=nothing").text
    assert "No boat at night" in client.get("/coordinator/problems?state=settled").text
    assert "No boat at night" not in client.get("/coordinator/problems?state=raised").text
    assert region.here.organiser.id in letters_of("problem_settled")
    send(client, address, f"{address}/reopen")
    assert list_open_problems(region.agreement.id) == [problem]


def test_what_is_said_on_a_day_is_one_letter_the_next_morning(region: Region) -> None:
    at = now()
    with transaction():
        problem = make_problem(region.agreement, region.here.organiser, at)
    for words in ("First", "Second"):
        with transaction():
            service.comment_on(problem, words, by=region.there.coordinator, now=at)
    written = db.session.scalars(select(Letter).where(Letter.kind == "problem_commented")).all()
    assert [(letter.reader_id, letter.due_at > at) for letter in written] == [(region.here.organiser.id, True)]


def test_steps_that_are_not_open_and_words_that_are_missing_are_refused(region: Region) -> None:
    by = region.here.coordinator
    with transaction():
        problem = make_problem(region.agreement, by, now(), ProblemState.SETTLED)
        open_one = make_problem(region.agreement, by, now(), form_token="other")
    tasks = [Task(town.office, now().date() + timedelta(days=5)) for town in (region.here, region.there)]
    late = [Task(town.office, now().date() - timedelta(days=5)) for town in (region.here, region.there)]
    attempts = [
        (ProblemStepNotOpen, lambda: service.assign_problem(problem, tasks, "", by=by, now=now())),
        (ProblemStepNotOpen, lambda: service.settle_problem(problem, "Again", by=by, now=now())),
        (NothingSaid, lambda: service.settle_problem(open_one, " ", by=by, now=now())),
        (NothingSaid, lambda: service.comment_on(open_one, "\n", by=by, now=now())),
        (OneSideOnly, lambda: service.assign_problem(open_one, tasks[:1], "", by=by, now=now())),
        (DueMissing, lambda: service.assign_problem(open_one, late, "", by=by, now=now())),
    ]
    for refusal, command in attempts:
        with transaction(), pytest.raises(refusal):
            command()


def test_the_same_form_sent_twice_raises_one_problem(client: FlaskClient, region: Region) -> None:
    sign_in(client, region.here.coordinator)
    values = {**form_of(client.get("/coordinator/problems/new").text), "title": "Once", "description": "Once"}
    for _ in range(2):
        assert client.post("/coordinator/problems/new", data=values).status_code == 303
    assert len(db.session.scalars(select(Problem)).all()) == 1


def test_the_same_form_sent_twice_at_once_raises_one_problem(app: Flask, region: Region) -> None:
    start, raised = threading.Barrier(2), list[int]()

    def send_it() -> None:
        with app.app_context():
            by = db.session.get_one(User, region.here.coordinator.id)
            agreement = db.session.get_one(Agreement, region.agreement.id)
            start.wait()
            with transaction():
                terms = ProblemTerms("No boat", "At night")
                raised.append(service.raise_problem(agreement, terms, None, form_token="same", by=by, now=now()).id)

    threads = [threading.Thread(target=send_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(raised), len(set(raised))) == (2, 1)


def test_a_city_has_one_part_in_a_problem_whatever_a_form_says(client: FlaskClient, region: Region) -> None:
    with transaction():
        problem = make_problem(region.agreement, region.here.coordinator, now())
        second = make_office(region.here.city)
    sign_in(client, region.here.coordinator)
    address, due = f"/coordinator/problems/{problem.id}", str(now().date() + timedelta(days=9))
    offices = [(region.here, region.here.office), (region.there, region.there.office), (region.here, second)]
    forged = form_of(client.get(address).text, f"{address}/assign") | {
        f"tasks-{number}-{name}": value
        for number, (town, office) in enumerate(offices)
        for name, value in (("city_id", town.city.id), ("office_id", office.id), ("due_on", due))
    }
    assert client.post(f"{address}/assign", data=forged).status_code == 422


def test_the_first_page_costs_no_more_with_more_agreements(client: FlaskClient, region: Region) -> None:
    """Of what is too much for it, it says where the rest stands."""
    here, there = region.here, region.there

    def take_on(agreement: Agreement, number: int) -> None:
        tasks = [assigned(town.office, now().date()) for town in (here, there)]
        told = {"form_token": str(number), "title": f"Matter {number}", "assignments": tasks}
        make_problem(agreement, there.coordinator, now(), ProblemState.ASSIGNED, **told)

    with transaction():
        take_on(region.agreement, 0)
    sign_in(client, here.coordinator)
    assert "All of them" not in client.get("/coordinator").text
    with counted_statements() as few:
        client.get("/coordinator")
    with transaction():
        for number in range(1, 12):
            agreement = make_agreement([here.city, there.city], here.coordinator, now())
            take_on(agreement, number)
    with counted_statements() as many:
        page = client.get("/coordinator").text
    assert len(many) == len(few)
    assert len(set(re.findall(r"Matter \d+", page))) == 10
    assert 'href="/coordinator/problems">All of them' in page
