"""Who has answered and what: the school by name, the host in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.deletions import list_waiting
from exchange_app.consents.forms import BoardFilter
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentMethod
from exchange_app.consents.rules import NECESSARY, PHOTOS, TO_TAKE_OUT, ConsentState
from exchange_app.consents.views.blueprint import carry_out, consents
from exchange_app.consents.wording import kept_wording, wording_of
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.rosters.models import Participant
from exchange_app.rosters.views.roster import refusal_to_change
from exchange_app.web.fragments import wants_fragment
from exchange_app.web.policies import allows


@dataclass(frozen=True, slots=True)
class Row:
    """How it stands with one child."""

    child: Participant
    answer: ConsentAnswer | None
    link: ConsentLink | None

    @property
    def state(self) -> ConsentState:
        return self.answer.state if self.answer else ConsentState.MISSING

    @property
    def is_on_paper(self) -> bool:
        return self.answer is not None and self.answer.method is ConsentMethod.PAPER

    def fits(self, state: ConsentState | None, method: ConsentMethod | None) -> bool:
        """Whether it is one of those that were asked for; None stands for any."""
        own_method = self.answer.method if self.answer else None
        return state in (None, self.state) and method in (None, own_method)

    @property
    def has_to_leave(self) -> bool:
        return self.state in TO_TAKE_OUT

    @property
    def other_name(self) -> str:
        """The name under which the answer was given, where the roster has another by now."""
        return self.answer.child_name if self.answer and self.answer.child_name != self.child.name else ""


def rows_of(booking: Booking) -> Sequence[Row]:
    answers, links = queries.map_answers(booking), queries.map_links(booking.id)
    children = queries.list_children(booking.id)
    return [Row(child, answers.get(child.uid), links.get(child.uid)) for child in children]


@consents.get("/bookings/<code>/consents")
@allows(Role.LEADER)
def board(code: str) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    form = BoardFilter()
    wanted = (form.state.data, form.method.data) if form.validate() else (None, None)
    rows = rows_of(booking)
    return render_template(
        "consents/board.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        rows=[row for row in rows if row.fits(*wanted)],
        everybody=rows,
        wanted=wanted,
        states=ConsentState,
        counts=Counter(row.state for row in rows),
        on_paper=sum(row.is_on_paper for row in rows),
        photos=sum(row.answer is not None and row.answer.allows_photos for row in rows),
        points=_further_points(booking),
        is_asking=service.is_asking(booking, now()),
        refusal=refusal_to_change(booking),
        to_delete=list_waiting(booking.id),
    )


def _further_points(booking: Booking) -> Mapping[str, str]:
    """What is asked beside taking part, the necessary data and photos, in the words of the table."""
    names = {point.key: str(point.words) for point in wording_of(booking).points}
    return {key: words for key, words in names.items() if key not in {*NECESSARY, PHOTOS}}


@consents.get("/bookings/<code>/consents/summary")
@allows(Role.LEADER, Role.ORGANISER, Role.ADMINISTRATOR)
def summary(code: str) -> ResponseReturnValue:
    """Numbers alone, for the booking's page."""
    booking = bookings.get_booking(code, me())
    template = "consents/_summary.html" if wants_fragment() else "consents/summary.html"
    return render_template(
        template,
        booking=booking,
        count=queries.count_consents(booking),
        to_delete=list_waiting(booking.id),
        is_school=me().role is Role.LEADER,
    )


@consents.get("/bookings/<code>/consents/<int:person_id>")
@allows(Role.LEADER)
def child(code: str, person_id: int) -> ResponseReturnValue:
    """Every answer about one child, each with the text that was read, word for word."""
    booking = bookings.get_booking(code, me())
    pupil = queries.get_child(booking, person_id)
    given = [
        (answer, kept_wording(answer.notice.words), queries.count_notices_until(answer.notice))
        for answer in queries.list_answers(booking, pupil)
    ]
    return render_template(
        "consents/child.html",
        booking=booking,
        departure=booking.departure,
        child=pupil,
        answers=given,
        current=queries.find_answer(booking, pupil),
        standing=queries.find_standing(booking, pupil),
        is_asking=service.is_asking(booking, now()),
    )


@consents.post("/bookings/<code>/consents/<int:person_id>/withdraw")
@allows(Role.LEADER)
def withdraw_for(code: str, person_id: int) -> ResponseReturnValue:
    """The guardian told the school by word or on paper."""

    def record(booking: Booking) -> None:
        service.record_withdrawal(booking, person_id, by=me(), now=now())

    return carry_out(code, record, gettext("It is kept that the consent was withdrawn."))
