"""Minutes hold once each city has confirmed them: decisions get numbers, problems are settled, actions remind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.audit.models import AuditEntry
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.coordination.models import Problem
from exchange_app.coordination.rules import ProblemState
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.meetings.errors import (
    ActionNotOpen,
    DecisionMissing,
    MeetingStepNotOpen,
    MinutesEmpty,
    NotBegunYet,
    NotYourAction,
)
from exchange_app.meetings.models import Action, Decision, Meeting
from exchange_app.meetings.queries.meetings import list_topics, lock_meeting
from exchange_app.meetings.rules import ActionState, MeetingState, TopicKind
from exchange_app.meetings.service import actions, minutes, planning
from exchange_app.meetings.service.minutes import MinutesTerms
from exchange_app.partners.agreements import remove_party
from tests.builders import both
from tests.coordination.town import make_problem
from tests.meetings.conftest import Circle
from tests.meetings.hall import NOTHING, add_action, confirm, confirm_all, hold, make_meeting, minutes_of, write_down
from tests.outbox.letters import letters
from tests.pages import form_of, send, sign_in

A_DAY = timedelta(days=1)


def held(circle: Circle, *, with_problem: bool = False) -> Meeting:
    """Yesterday, chaired by the first city; every item has a decision."""
    by, at = circle.a.coordinator, now()
    if with_problem:
        make_problem(circle.agreement, by, at)
    meeting = make_meeting(circle.agreement, by, at - A_DAY, at - 20 * A_DAY)
    topics = list_topics(meeting, at.date())
    rows = [planning.ItemTerms(item.id, item.title, "Lan") for item in meeting.items]
    planning.set_agenda(meeting, rows, topics, by=by, now=at)
    write_down(meeting, by, at)
    return meeting


def readers_of(kind: str) -> list[int | None]:
    return sorted(letter.reader_id or 0 for letter in letters() if letter.kind == kind)


def test_minutes_hold_once_each_city_has_confirmed_them(client: FlaskClient, circle: Circle) -> None:
    a, b, c = (town.coordinator for town in (circle.a, circle.b, circle.c))
    with transaction():
        meeting = held(circle, with_problem=True)
        add_action(meeting, circle.b.office, now().date() + 9 * A_DAY, a, now(), person_id=circle.b.organiser.id)
    address = f"/coordinator/meetings/{meeting.id}"
    sign_in(client, b)
    assert "Life jackets" not in client.get(address).text  # only a draft
    assert client.get(f"{address}/minutes/print").status_code == 404
    sign_in(client, a)
    assert "are asked to confirm" in send(client, address, f"{address}/minutes/send").text
    assert readers_of("minutes_sent") == sorted([b.id, c.id])
    sign_in(client, b)
    assert "Minutes to confirm for our city" in client.get("/coordinator").text
    assert "Life jackets" in client.get(address).text
    refused = send(client, address, f"{address}/minutes/object", words=" ")
    assert "Fill this in" in refused.text
    send(client, address, f"{address}/minutes/object", words="Life jackets <for all>")
    assert readers_of("minutes_objected") == [a.id]
    sign_in(client, c)
    assert f"{address}/minutes/confirm" not in client.get(address).text
    sign_in(client, a)
    assert "Life jackets &lt;for all&gt;" in client.get(address).text
    send(client, address, f"{address}/minutes/send")
    for person in (b, c):
        assert db.session.scalars(select(Decision)).all() == []
        sign_in(client, person)
        assert "Your city has confirmed" in send(client, address, f"{address}/minutes/confirm").text
    assert "Decision no. 2" in client.get(address).text
    assert db.session.scalars(select(Problem)).one().state is ProblemState.SETTLED
    assert circle.b.organiser.id in readers_of("minutes_confirmed")
    said = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "minutes_confirmed")).all()
    assert [(entry.by_id, entry.facts["round"]) for entry in said] == [(a.id, 1), (a.id, 2), (b.id, 2), (c.id, 2)]
    sign_in(client, circle.b.organiser)
    assert "Life jackets（中文）" in client.get(f"{address}/minutes/print").text  # both languages
    for page in ("/coordinator/actions", "/organiser/"):
        assert "Buy jackets" in client.get(page).text
    sign_in(client, circle.stranger.organiser)
    assert client.get(f"{address}/minutes/print").status_code == 404
    assert client.get(f"/coordinator/agreements/{circle.agreement.id}/decisions").status_code == 404


def test_confirmed_minutes_are_not_changed(circle: Circle) -> None:
    a, others, at = circle.a.coordinator, [circle.b.coordinator, circle.c.coordinator], now()
    with transaction():
        meeting = held(circle)
        action = add_action(meeting, circle.b.office, at.date() + A_DAY, a, at)
    for confirmed in (False, True):
        with transaction():
            if confirmed:
                [confirm(meeting, other, at) for other in others]
            else:
                minutes.send_minutes(meeting, by=a, now=at)
        attempts = [
            lambda: write_down(meeting, a, at),
            lambda: add_action(meeting, circle.b.office, at.date() + A_DAY, a, at),
            lambda: minutes.remove_action(meeting, action.id, by=a, now=at),
            lambda: planning.set_agenda(meeting, [], [], by=a, now=at),
            lambda: planning.cancel_meeting(meeting, "", by=a, now=at),
            lambda: minutes.send_minutes(meeting, by=a, now=at),
            lambda: minutes.confirm_minutes(meeting, seen=1, by=a, now=at),  # it has, by sending
        ]
        for command in attempts:
            with transaction(), pytest.raises(MeetingStepNotOpen):
                command()
    with transaction(), pytest.raises(MeetingStepNotOpen):
        minutes.object_to_minutes(meeting, "Too late", seen=1, by=others[0], now=at)
    assert meeting.state is MeetingState.CONFIRMED


def test_minutes_begin_with_the_meeting_and_lose_nobodys_words(circle: Circle) -> None:
    a, at = circle.a.coordinator, now()
    with transaction():
        coming = make_meeting(circle.agreement, a, at + A_DAY, at)
        empty = make_meeting(circle.agreement, a, at - A_DAY, at)
        problem = make_problem(circle.agreement, a, at)
        planning.set_agenda(empty, [], list_topics(empty, at.date()), by=a, now=at)
    undecided = {item.id: minutes_of(item, decision=NOTHING) for item in empty.items}
    seen = minutes.seen_of(empty)
    attempts = [
        (NotBegunYet, lambda: write_down(coming, a, at)),
        (
            DecisionMissing,
            lambda: minutes.write_minutes(empty, MinutesTerms(undecided, [], ""), seen=seen, by=a, now=at),
        ),
        (
            ChangedMeanwhile,
            lambda: minutes.write_minutes(empty, MinutesTerms({}, [], ""), seen="before", by=a, now=at),
        ),
    ]
    for refusal, command in attempts:
        with transaction(), pytest.raises(refusal):
            command()
    with transaction():
        minutes.write_minutes(empty, MinutesTerms({}, [], ""), seen=seen, by=a, now=at)
    with transaction(), pytest.raises(MinutesEmpty):
        minutes.send_minutes(empty, by=a, now=at)
    assert problem.state is ProblemState.RAISED


def test_minutes_wait_for_no_city_that_left_and_remind_the_others_once(circle: Circle) -> None:
    a, b, at = circle.a.coordinator, circle.b.coordinator, now()
    with transaction():
        meeting = held(circle)
        minutes.send_minutes(meeting, by=a, now=at)
    with transaction():
        confirm(meeting, b, at)
    for days in (1, 8, 8, 9):
        with transaction():
            minutes.look_after_minutes(at + days * A_DAY)
    assert readers_of("minutes_sent") == sorted([b.id, circle.c.coordinator.id, circle.c.coordinator.id])
    with transaction():
        remove_party(circle.agreement, circle.c.city.id, None, by_id=a.id, now=at)
    with transaction():
        assert minutes.look_after_minutes(at + 10 * A_DAY) == 1
    db.session.expire_all()
    assert db.session.get_one(Meeting, meeting.id).state is MeetingState.CONFIRMED


def test_minutes_hold_although_the_city_that_sent_them_has_left(circle: Circle) -> None:
    """What a decision settles is settled in the name of somebody who may no longer see it."""
    a, b, at = circle.a.coordinator, circle.b.coordinator, now()
    with transaction():
        meeting = held(circle, with_problem=True)
        minutes.send_minutes(meeting, by=a, now=at)
    with transaction():
        remove_party(circle.agreement, circle.a.city.id, None, by_id=b.id, now=at)
    for coordinator in (b, circle.c.coordinator):
        with transaction():
            confirm(meeting, coordinator, at)
    db.session.expire_all()
    assert db.session.get_one(Meeting, meeting.id).state is MeetingState.CONFIRMED
    assert db.session.scalars(select(Problem)).one().state is ProblemState.SETTLED


def test_nobody_answers_to_minutes_that_they_have_not_read(client: FlaskClient, circle: Circle) -> None:
    """They were mended and sent anew while the page was open."""
    a, b, c, at = circle.a.coordinator, circle.b.coordinator, circle.c.coordinator, now()
    with transaction():
        meeting = held(circle)
        minutes.send_minutes(meeting, by=a, now=at)
    address = f"/coordinator/meetings/{meeting.id}"
    sign_in(client, b)
    page = client.get(address).text
    with transaction():
        minutes.object_to_minutes(lock_meeting(meeting.id, c), "Who pays?", seen=1, by=c, now=at)
    with transaction():
        mended = lock_meeting(meeting.id, a)
        write_down(mended, a, at, decision=both("B pays for all"))
        minutes.send_minutes(mended, by=a, now=at)
    for action in ("confirm", "object"):
        told = {**form_of(page, f"{address}/minutes/{action}"), "words": "No"}
        assert "sent anew" in client.post(f"{address}/minutes/{action}", data=told, follow_redirects=True).text
    said = [one.city_id for one in lock_meeting(meeting.id, b).answers_of_round]
    assert said == [circle.a.city.id]
    assert "Your city has confirmed" in send(client, address, f"{address}/minutes/confirm").text


def test_an_agenda_that_was_opened_earlier_takes_nobodys_minutes_away(client: FlaskClient, circle: Circle) -> None:
    a, at = circle.a.coordinator, now()
    with transaction():
        meeting = held(circle)
    sign_in(client, a)
    agenda = f"/coordinator/meetings/{meeting.id}/agenda"
    opened = form_of(client.get(agenda).text)
    with transaction():
        later = lock_meeting(meeting.id, a)
        rows = [planning.ItemTerms(item.id, item.title, "Lan") for item in later.items]
        planning.set_agenda(later, [*rows, planning.ItemTerms(None, both("Bridges"), "Mo")], [], by=a, now=at)
        write_down(later, a, at)
    client.post(agenda, data=opened)
    items = lock_meeting(meeting.id, a).items
    assert [item.title["en"] for item in items] == ["Safety on the river", "Bridges"]
    assert items[1].decision == both("Life jackets")


def test_a_meeting_is_prepared_once_though_forms_are_sent_twice(client: FlaskClient, circle: Circle) -> None:
    a, at = circle.a.coordinator, now()
    with transaction():
        meeting = held(circle)
    sign_in(client, a)
    agenda, page = (f"/coordinator/meetings/{meeting.id}{end}" for end in ("/agenda", ""))
    form = form_of(client.get(agenda).text)
    spare = f"items-{len(meeting.items)}"
    due_on = str(at.date() + 9 * A_DAY)
    action = {**form_of(client.get(page).text, f"{page}/actions"), "action-title-en": "Buy ropes"}
    action |= {"action-office_id": circle.b.office.id, "action-due_on": due_on}
    for _ in range(2):
        assert client.post(agenda, data={**form, f"{spare}-title-en": "Bridges"}).status_code == 303
        assert client.post(f"{page}/actions", data=action).status_code == 303
    shown = client.get(page).text
    assert (shown.count("Bridges"), shown.count("Buy ropes")) == (1, 1)


def test_actions_remind_once_and_come_back_until_they_are_closed(client: FlaskClient, circle: Circle) -> None:
    a, b, c = (town.coordinator for town in (circle.a, circle.b, circle.c))
    at = now().replace(hour=4, minute=0)  # noon in the cities
    due_on = at.date() + 10 * A_DAY
    with transaction():
        meeting = held(circle)
        action = add_action(meeting, circle.b.office, due_on, a, now(), person_id=circle.b.organiser.id)
    with transaction():
        assert actions.remind_owners(at + 30 * A_DAY) == 0  # no minutes, no action
    with transaction():
        confirm_all(meeting, a, [b, c], now())
    for days in (1, 7, 8, 8):
        with transaction():
            actions.remind_owners(at + days * A_DAY)
    assert readers_of("action_due") == [circle.b.organiser.id]
    for days in (11, 12):
        with transaction():
            actions.remind_owners(at + days * A_DAY)
    assert readers_of("action_due") == sorted([circle.b.organiser.id, circle.b.organiser.id, b.id])
    with transaction():
        following = make_meeting(circle.agreement, b, at + 40 * A_DAY, at)
        kinds = [(topic.kind, topic.id) for topic in list_topics(following, at.date())]
        assert (TopicKind.ACTION, action.id) in kinds
    sign_in(client, c)
    page = f"/coordinator/actions/{action.id}"
    assert f"{page}/done" not in client.get(page).text
    with transaction(), pytest.raises(NotYourAction):
        actions.finish_action(action, "Not mine", by=c, now=at)
    sign_in(client, b)
    assert "Buy jackets" in client.get("/coordinator").text
    assert "Fill this in" in send(client, page, f"{page}/done").text
    send(client, page, f"{page}/done", **{"done-note": "Forty of them"})
    assert "Forty of them" in client.get(page).text
    assert "Buy jackets" not in client.get("/coordinator").text
    with transaction():
        closed = db.session.get_one(Action, action.id)
        assert closed.state is ActionState.DONE
        assert list_topics(lock_meeting(following.id, b), at.date()) == []
    with transaction(), pytest.raises(ActionNotOpen):
        actions.drop_action(closed, "Never mind", by=b, now=at)


def test_decisions_are_numbered_on_from_one_meeting_to_the_next(client: FlaskClient, circle: Circle) -> None:
    with transaction():
        others = [circle.b.coordinator, circle.c.coordinator]
        for days in (9, 6, 3):
            hold(circle.agreement, circle.a.coordinator, others, now() - days * A_DAY)
    sign_in(client, circle.c.organiser)
    page = client.get(f"/coordinator/agreements/{circle.agreement.id}/decisions").text
    assert page.index("Decision no. 3") < page.index("Decision no. 2") < page.index("Decision no. 1")


def test_a_meeting_is_called_and_its_agenda_drawn_on_pages(client: FlaskClient, circle: Circle) -> None:
    sign_in(client, circle.b.coordinator)
    call = f"/coordinator/agreements/{circle.agreement.id}/meetings/new"
    assert "Write where you meet" in send(client, call).text
    assert "beginning with https" in send(client, call, link="javascript:alert(1)").text
    send(client, call, **{"place-en": "Town hall"})
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.chair_city_id, meeting.number) == (circle.a.city.id, 1)  # its turn, whoever calls
    assert readers_of("meeting_called") == [circle.a.coordinator.id]
    with transaction():
        problem = make_problem(circle.agreement, circle.c.organiser, now())
    agenda = f"/coordinator/meetings/{meeting.id}/agenda"
    assert client.get(agenda).status_code == 403
    sign_in(client, circle.a.coordinator)
    send(client, agenda, taken=f"problem-{problem.id}", **{"items-0-title-en": "Welcome"})
    order = {"items-0-place": "2", "items-1-place": "1", "items-1-presenter": "Lan"}
    page = send(client, agenda, **order).text
    assert page.index("No boat at night") < page.index("Welcome")
    send(client, agenda, **{"items-1-is_removed": "y"})
    db.session.expire_all()
    items = db.session.get_one(Meeting, meeting.id).items
    assert [(item.problem_id, item.presenter) for item in items] == [(problem.id, "Lan")]
