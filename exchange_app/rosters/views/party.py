"""More or fewer pupils and staff, by the school or granted by the host: the roster says how many are named already."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.changes import ask_change
from exchange_app.bookings.forms import PartyForm
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.views.blueprint import carry_out
from exchange_app.bookings.views.changes import answer, asked
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.rosters import service
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.web.policies import allows


@rosters.post("/bookings/<code>/party")
@allows(Role.LEADER)
def change_party(code: str) -> ResponseReturnValue:
    """Within the deadline at once, later by asking the host: then a reason is needed."""
    form = PartyForm()

    def resize(booking: Booking) -> None:
        party = form.party
        assert party is not None  # the form was valid
        if form.ask.data:
            service.check_named(booking, party)
            facts = {"pupils": party.pupils, "staff": party.staff}
            ask_change(booking, ChangeKind.PARTY, reason=form.reason.data, by=me(), now=now(), **facts)
        else:
            service.change_party(booking, party, by=me(), now=now())

    done = asked() if form.ask.data else gettext("The numbers are changed.")
    return carry_out(code, resize, done, party_form=form)


@rosters.post("/bookings/<code>/grant")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def grant(code: str) -> ResponseReturnValue:
    return answer(code, service.grant_change, gettext("Granted and done; the school is told."))
