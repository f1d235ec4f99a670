"""What of a group's papers is to be done next, for the pages of bookings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.todos import Todo
from exchange_app.papers.labels import TO_DO
from exchange_app.papers.queries import WITH_PAPERS, Line, map_lines
from exchange_app.papers.rules import Paper, Standing
from exchange_app.trips.rules import is_asked

TOLD_BEFORE = timedelta(days=14)
PAGES = {
    Paper.ROSTER: "rosters.roster",
    Paper.CONSENTS: "consents.board",
    Paper.GROUPING: "trips.show",
    Paper.ROLL_CALLS: "trips.roll_calls",
    Paper.EVALUATION: "trips.group_survey",
    Paper.CERTIFICATES: "trips.certificates",
}
LIST = "papers.show"


def map_todos(bookings: Sequence[Booking], now: datetime) -> Mapping[int, Sequence[Todo]]:
    """What is overdue, or due within two weeks; once the exchange is over, only what can still be asked."""
    groups = [booking for booking in bookings if booking.state in WITH_PAPERS]
    lines = map_lines(groups, now)
    return {
        booking.id: [_todo(booking, line) for line in lines[booking.id] if _is_told(booking, line, now)]
        for booking in groups
    }


def _is_told(booking: Booking, line: Line, now: datetime) -> bool:
    if line.standing is Standing.DONE or line.paper not in TO_DO:
        return False
    departure = booking.departure
    if booking.state is BookingState.DONE:
        return line.paper is Paper.EVALUATION and is_asked(departure.ends_on, departure.today(now))
    return line.due_on <= departure.today(now) + TOLD_BEFORE


def _todo(booking: Booking, line: Line) -> Todo:
    endpoint, values = PAGES.get(line.paper, LIST), {"code": booking.code}
    return Todo(str(TO_DO[line.paper]), endpoint, values, line.due_on, line.standing is Standing.OVERDUE)
