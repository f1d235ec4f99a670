"""Two people at the same page, and the same form twice: no word is lost, none is said twice."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.coordination.models import Problem
from exchange_app.coordination.rules import ProblemState
from exchange_app.coordination.service import problems
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import Agreement
from exchange_app.partners.rules import AgreementState
from tests.coordination.conftest import Region
from tests.coordination.town import assigned, make_problem
from tests.pages import form_of, sign_in

LESSON = "Ask the ferry company before the summer. 夏季前先联系轮渡公司"


def test_what_was_learnt_is_handed_back_to_whoever_settles_second(client: FlaskClient, region: Region) -> None:
    with transaction():
        problem = make_problem(region.agreement, region.there.coordinator, now())
    address = f"/coordinator/problems/{problem.id}"
    sign_in(client, region.here.coordinator)
    form = {**form_of(client.get(address).text, f"{address}/settle"), "settle-words": LESSON}
    with transaction():
        found = db.session.get_one(Problem, problem.id)
        problems.settle_problem(found, "Something else", by=region.there.coordinator, now=now())
    refused = client.post(f"{address}/settle", data=form)
    assert (refused.status_code, LESSON in refused.text) == (422, True)
    with transaction():
        region.agreement.state = AgreementState.DRAFT
        party = next(one for one in region.agreement.parties if one.city_id == region.here.city.id)
        party.until = now().date() + timedelta(days=1)
    gone = client.post(f"{address}/comment", data={**form, "comment-words": LESSON})
    assert (gone.status_code, LESSON in gone.text, "Something else" in gone.text) == (404, True, False)


def test_the_same_form_twice_is_said_once(client: FlaskClient, region: Region) -> None:
    here, there = region.here, region.there
    with transaction():
        tasks = [assigned(one.office, now().date() + timedelta(days=9)) for one in (here, there)]
        made = make_problem(region.agreement, there.coordinator, now(), ProblemState.ASSIGNED, assignments=tasks)
    address = f"/coordinator/problems/{made.id}"
    sign_in(client, here.coordinator)
    page = client.get(address).text
    for action, field in (("comment", "comment-words"), ("assign", "assign-words")):
        form = form_of(page, f"{address}/{action}")
        name = field if field in form else "words"
        for _ in range(2):
            assert client.post(f"{address}/{action}", data={**form, name: "Once"}).status_code == 303
    found = db.session.get_one(Problem, made.id)
    assert [entry.words for entry in found.entries] == ["", "Once", "Once"]
    told = select(Letter).where(Letter.kind == "problem_assigned", Letter.reader_id == there.coordinator.id)
    assert len(db.session.scalars(told).all()) == 1
    typed = {"name-en": "Rivers", "text-en": "To travel", "plans": "tourism", "city_ids": there.city.id}
    draft = {**form_of(client.get("/coordinator/agreements/new").text), **typed}
    for _ in range(2):
        client.post("/coordinator/agreements/new", data=draft)
    assert len(db.session.scalars(select(Agreement).where(Agreement.state == AgreementState.DRAFT)).all()) == 1


def test_who_saves_a_draft_second_is_told_before_the_first_ones_work_is_lost(
    client: FlaskClient, region: Region
) -> None:
    address = f"/coordinator/agreements/{region.agreement.id}/edit"
    sign_in(client, region.here.coordinator)
    mine = {**form_of(client.get(address).text), "plans": ["youth"], "text-en": "By rail"}
    sign_in(client, region.there.coordinator)
    theirs = {**form_of(client.get(address).text), "plans": ["youth"], "text-en": "By boat"}
    assert client.post(address, data=theirs).status_code == 303
    sign_in(client, region.here.coordinator)
    mine["csrf_token"] = form_of(client.get(address).text)["csrf_token"]
    refused = client.post(address, data=mine)
    assert "Somebody else changed this" in refused.text
    assert "By rail" in refused.text
    assert db.session.get_one(Agreement, region.agreement.id).text["en"] == "By boat"
    again = {**form_of(refused.text), "plans": ["youth"]}
    assert client.post(address, data=again).status_code == 303  # read, and meant
    assert db.session.get_one(Agreement, region.agreement.id).text["en"].strip() == "By rail"
