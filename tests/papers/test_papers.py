"""The checklist of a group's papers: what stands there by itself, what is ticked, what is overdue, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.bookings.todos import map_todos
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.papers import queries, service
from exchange_app.papers.errors import DoneLater, StandsByItself
from exchange_app.papers.queries import Line, map_lines
from exchange_app.papers.rules import DEFAULTS, Counted, Due, Paper, Standing
from tests.bookings.group import hand_in
from tests.builders import NOW, make_departure, make_leader, make_user
from tests.pages import Browser, send, sign_in
from tests.statements import counted_statements


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return hand_in(make_departure(), make_leader())


def lines_of(booking: Booking, at: timedelta = timedelta()) -> Mapping[Paper, Line]:
    return {line.paper: line for line in map_lines([booking], NOW + at)[booking.id]}


def test_what_the_leader_ticks_is_done_and_what_the_site_knows_is_not_ticked(booking: Booking) -> None:
    today = NOW.date()
    with transaction():
        service.tick_paper(booking, Paper.FILING, done_on=today, note="No. 12", by=booking.leader, now=NOW)
        service.tick_paper(booking, Paper.FILING, done_on=today, note="No. 13", by=booking.leader, now=NOW)
    line = lines_of(booking)[Paper.FILING]
    assert (line.standing, line.tick and line.tick.note) == (Standing.DONE, "No. 13")
    with pytest.raises(StandsByItself):
        service.tick_paper(booking, Paper.ROSTER, done_on=today, note="", by=booking.leader, now=NOW)
    with pytest.raises(DoneLater):
        service.tick_paper(booking, Paper.PLAN, done_on=today + timedelta(days=1), note="", by=booking.leader, now=NOW)
    with transaction():
        service.open_paper(booking, Paper.FILING)
    db.session.expire_all()
    assert lines_of(booking)[Paper.FILING].standing is Standing.OPEN


def test_due_dates_count_from_the_departure_as_the_sending_city_says(booking: Booking) -> None:
    first = booking.departure.starts_on
    assert lines_of(booking)[Paper.FILING].due_on == first - timedelta(days=15)
    assert lines_of(booking)[Paper.ROSTER].due_on == booking.roster_due_at.date()
    with transaction():
        wanted = {Paper.FILING: Due(Counted.BEFORE, 40), Paper.RISK_CHECK: Due(Counted.BEFORE, 1, is_wanted=False)}
        service.set_dues(booking.school.city, {**DEFAULTS, **wanted})
    lines = lines_of(booking)
    assert (lines[Paper.FILING].due_on, lines[Paper.FILING].standing) == (
        first - timedelta(days=40),
        Standing.OVERDUE,
    )
    assert Paper.RISK_CHECK not in lines


def test_what_is_due_is_told_where_bookings_are_read(booking: Booking) -> None:
    def told(days: int) -> list[tuple[str, bool]]:
        todos = map_todos([booking], NOW + timedelta(days=days))[booking.id]
        return [(todo.endpoint, todo.is_overdue) for todo in todos]

    assert told(0) == [("papers.show", False)] * 3  # the plan today, safety and risks in nine days
    assert ("rosters.roster", True) in told(25)
    assert ("papers.show", True) in told(25)


def test_many_groups_cost_no_more_than_one(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=200)
        leader = make_leader()
        groups = [hand_in(departure, leader) for _ in range(4)]
    map_lines(groups, NOW)
    with counted_statements() as one:
        map_lines(groups[:1], NOW)
    with counted_statements() as many:
        map_lines(groups, NOW)
    assert len(many) == len(one) <= 8


def test_the_schools_head_reads_it_and_a_stranger_does_not(booking: Booking) -> None:
    with transaction():
        head = make_user(booking.school, Role.HEAD)
        strangers = [make_leader(), make_user(make_leader().organisation, Role.HEAD)]
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
    assert queries.get_group(booking.code, head).id == booking.id
    for stranger in strangers:
        with pytest.raises(BookingNotFound):
            queries.get_group(booking.code, stranger)
    assert host.role is Role.ORGANISER  # whose policy does not let them open the page


def test_the_pages(app: Flask, booking: Booking) -> None:
    app.test_client_class = Browser
    client = app.test_client()
    with transaction():
        organiser = make_user(booking.school, Role.ORGANISER)
    number, leader, city = booking.code, booking.leader, booking.school.city_id
    with time_machine.travel(NOW):
        sign_in(client, leader)
        page = f"/bookings/{number}/papers"
        form = {"plan-done_on": "2027-02-26", "plan-note": "Passed by the staff meeting"}
        assert "Passed by the staff meeting" in send(client, page, f"{page}/plan", **form).text
        refused = send(client, page, f"{page}/plan", **form | {"plan-done_on": "2027-02-30"})
        assert refused.status_code == 422
        assert "Passed by the staff meeting" in refused.text
        assert "File the trip" not in client.get(f"/bookings/{number}").text  # due in more than two weeks
        assert "Write the safety plan" in client.get(f"/bookings/{number}").text
        assert client.get(f"/organiser/papers/{city}").status_code == 403
        sign_in(client, organiser)
        template = f"/organiser/papers/{city}"
        assert "Save" in send(client, template, **{"papers-3-days": "20"}).text
        assert 'value="20"' in client.get(template).text
        assert client.get(f"/organiser/papers/{city + 1}").status_code == 404
