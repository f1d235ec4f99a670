"""However much is due of one person on a day, it is one letter, and nothing is left out of it."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.meetings.models import Action
from exchange_app.meetings.service import actions
from exchange_app.outbox.models import Letter
from exchange_app.outbox.reading import read_letter
from tests.builders import both
from tests.meetings.conftest import Circle
from tests.meetings.hall import add_action, confirm_all, make_meeting, write_down
from tests.outbox.letters import letters

A_DAY = timedelta(days=1)


def due_letters() -> list[Letter]:
    return [letter for letter in letters() if letter.kind == "action_due"]


def test_many_actions_of_a_day_are_one_letter_to_each_reader(app: Flask, circle: Circle) -> None:
    a, b, c = (town.coordinator for town in (circle.a, circle.b, circle.c))
    at = now().replace(hour=4, minute=0)  # noon in the cities
    owner = circle.b.organiser
    with transaction():
        meeting = make_meeting(circle.agreement, a, at - 2 * A_DAY, at - 9 * A_DAY)
        write_down(meeting, a, at - A_DAY)
        for number in range(59):
            title = both(f"No. {number}")
            add_action(meeting, circle.b.office, at.date() + 3 * A_DAY, a, at, person_id=owner.id, title=title)
        other = add_action(meeting, circle.b.office, at.date() + 4 * A_DAY, a, at, person_id=owner.id)
        confirm_all(meeting, a, [b, c], at)
    with transaction():
        assert actions.remind_owners(at + timedelta(hours=9)) == 0  # from nine in the evening on
    with transaction():
        assert actions.remind_owners(at) == 59
    with transaction():
        other = db.session.get_one(Action, other.id)
        other.due_on -= A_DAY
        assert actions.remind_owners(at) == 0  # that of today is written: it waits for tomorrow
        actions.finish_action(meeting.actions[0], "Done", by=owner, now=at)
    (letter,) = due_letters()
    assert letter.reader_id == owner.id
    with speaking("en"):
        words = read_letter(letter, at)
    assert "59 actions" in words.subject  # 58, and the one that came to them meanwhile
    assert "No. 0" not in words.text
    assert "No. 1\n" in words.text or "No. 1:" in words.text
    with transaction():
        assert actions.remind_owners(at + A_DAY) == 1
    assert [one.reader_id for one in due_letters()] == [owner.id, owner.id]
    with transaction():
        actions.remind_owners(at + 5 * A_DAY)
    assert sorted(one.reader_id for one in due_letters()[2:]) == sorted([owner.id, b.id])
    with transaction():
        assert actions.remind_owners(at + 6 * A_DAY) == 0
