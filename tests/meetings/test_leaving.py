"""A city that left an agreement reads and hears nothing of it from then on, whatever its people had to do with."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.coordination.rules import ProblemState
from exchange_app.coordination.service import problems
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.meetings.links import answer_path
from exchange_app.meetings.queries.meetings import lock_meeting
from exchange_app.meetings.service import inviting, planning
from exchange_app.meetings.service.inviting import GuestTerms
from exchange_app.meetings.service.planning import MeetingTerms
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.partners.agreements import remove_party
from tests.coordination.town import assigned, make_problem
from tests.meetings.conftest import Circle
from tests.meetings.hall import HALL, add_action, confirm_all, invite, make_meeting, write_down
from tests.outbox.letters import deliver
from tests.pages import sign_in, speak

GUEST = "guest@office.example"
A_DAY = timedelta(days=1)


def test_who_left_hears_nothing_any_more(client: FlaskClient, circle: Circle) -> None:
    a, b, c, at = circle.a.coordinator, circle.b.coordinator, circle.c.coordinator, now()
    with transaction():
        tasks = [assigned(town.office, at.date() + A_DAY) for town in (circle.a, circle.c)]
        problem = make_problem(circle.agreement, c, at, ProblemState.ASSIGNED, assignments=tasks)
        over = make_meeting(circle.agreement, a, at - A_DAY, at - 20 * A_DAY)
        write_down(over, a, at)
        add_action(over, circle.c.office, at.date() + A_DAY, a, at, person_id=circle.c.organiser.id)
        coming = make_meeting(circle.agreement, a, at + 20 * A_DAY, at)
        inviting.add_guest(coming, GuestTerms(circle.c.office, "Mo", GUEST, "en"), by=a, now=at)
        invite(coming, a, at)
        own = answer_path(coming.invitations[-1])
        problems.comment_on(problem, "Before they left", by=b, now=at)
    sign_in(client, c)
    assert "No boat at night" in client.get("/coordinator").text
    deliver(Mailbox(), at=at)
    with transaction():
        remove_party(circle.agreement, circle.c.city.id, None, by_id=a.id, now=at)
    assert "No boat at night" not in client.get("/coordinator").text
    with transaction():
        problems.comment_on(problem, "After they left", by=a, now=at)
        elsewhere = MeetingTerms(coming.starts_at + A_DAY, 60, HALL, "https://meet.example/secret")
        planning.change_meeting(lock_meeting(coming.id, a), elsewhere, by=a, now=at)
        confirm_all(lock_meeting(over.id, a), a, [b], at)
        problems.settle_problem(problem, "Leave earlier", by=b, now=at)
    deliver(Mailbox(), at=at + 2 * A_DAY)
    theirs = Letter.reader_id.in_([c.id, circle.c.organiser.id]) | (Letter.address == GUEST)
    sent = select(Letter.kind).where(theirs, Letter.state == LetterState.SENT).distinct()
    assert list(db.session.scalars(sent)) == ["meeting_invited"]
    speak(client, "en")
    page = client.get(own).text
    assert "taken back" in page
    assert "meet.example" not in page
    assert "Safety on the river" not in page
