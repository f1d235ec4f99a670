"""A visit is proposed, or changed and so proposed anew."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import get_exchange
from exchange_app.coordination.queries.people import city_of
from exchange_app.core.clock import now
from exchange_app.partners import queries as partners
from exchange_app.partners.errors import CityNotFound
from exchange_app.partners.models import Agreement, City
from exchange_app.visits.errors import NotYourVisit
from exchange_app.visits.forms import VisitForm
from exchange_app.visits.queries import visits as queries
from exchange_app.visits.queries.returns import map_plans
from exchange_app.visits.service import visits as service
from exchange_app.visits.views.blueprint import KEEPERS, lock_own_agreement, own_agreement, visits
from exchange_app.web.addresses import row_number
from exchange_app.web.policies import allows


@visits.get("/coordinator/visits/new")
@allows(*KEEPERS)
def begin() -> ResponseReturnValue:
    """From which city to which: of each agreement the ways that the own city has a part in."""
    own_id = city_of(me())
    agreements = partners.list_agreements_in_force(own_id)
    ways = {agreement.id: _ways(agreement, own_id) for agreement in agreements}
    return render_template("visits/begin.html", agreements=agreements, ways=ways)


def _ways(agreement: Agreement, own_id: int | None) -> list[tuple[City, City]]:
    return [
        (one, other)
        for one in agreement.cities
        for other in agreement.cities
        if one.id != other.id and own_id in (None, one.id, other.id)
    ]


@visits.route(
    "/coordinator/agreements/<int:agreement_id>/visits/<int:sending_id>/<int:hosting_id>", methods=["GET", "POST"]
)
@allows(*KEEPERS)
def propose(agreement_id: int, sending_id: int, hosting_id: int) -> ResponseReturnValue:
    """`?returns=17` is the exchange that the visit is to return, from which it is drafted."""
    agreement = own_agreement(agreement_id)
    sending, hosting = _city(agreement, sending_id), _city(agreement, hosting_id)
    if (sending, hosting) not in _ways(agreement, city_of(me())):
        raise NotYourVisit()
    returns = request.args.get("returns", type=row_number)
    returning = get_exchange(returns, me()) if returns else None
    told = _drafted(returning) if returning else {}
    form = VisitForm(
        agreement.plans, queries.list_members_to_choose(sending), queries.list_members_to_choose(hosting), **told
    )
    proposed: list[int] = []

    def command() -> None:
        visit = service.propose_visit(
            lock_own_agreement(agreement_id),
            sending,
            hosting,
            form.terms(),
            returning=returning,
            form_token=form.form_token.data,
            by=me(),
            now=now(),
        )
        proposed.append(visit.id)

    if is_saved(form, command):
        flash(gettext("Proposed: the co-ordinators of the other city got a letter."), "success")
        return redirect(url_for("visits.visit", visit_id=proposed[0]), 303)
    page = render_template(
        "visits/propose.html", form=form, agreement=agreement, sending=sending, hosting=hosting, returning=returning
    )
    return page, form.status


def _city(agreement: Agreement, city_id: int) -> City:
    """Raises CityNotFound, for one that is no party too."""
    for city in agreement.cities:
        if city.id == city_id:
            return city
    raise CityNotFound()


def _drafted(returning: Exchange) -> dict[str, Any]:
    """What a return is likely to be: by the same plan, to those who came, by those who received."""
    told: dict[str, Any] = {"plan": map_plans([returning.id])[returning.id]}
    title = returning.departure.package.title if returning.departure else returning.title
    told["title"] = gettext("Return visit: %(title)s", title=title)[:120]
    if returning.visit_id is not None:
        visit = queries.get_visit(returning.visit_id, me())
        told |= {"purpose": visit.purpose, "aims": visit.aims}
        if visit.members:
            told["host_office_id"] = visit.members[0].office_id
        if visit.host_office_id is not None:
            told["members"] = [{"office_id": visit.host_office_id, "persons": visit.persons}]
    return told


@visits.route("/coordinator/visits/<int:visit_id>/edit", methods=["GET", "POST"])
@allows(*KEEPERS)
def change(visit_id: int) -> ResponseReturnValue:
    found = queries.get_own_visit(visit_id, me())
    form = VisitForm(
        found.agreement.plans,
        queries.list_members_to_choose(found.sending_city),
        queries.list_members_to_choose(found.hosting_city),
        found,
    )

    def command() -> None:
        locked = queries.lock_visit(visit_id, me())
        service.change_visit(locked, form.terms(), seen=version_of(form), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Saved: the other side answers anew; it got a letter."), "success")
        return redirect(url_for("visits.visit", visit_id=visit_id), 303)
    return render_template("visits/change.html", form=form, visit=found), form.status


def version_of(form: Any) -> int:
    """Which version somebody has read; none that there is, where the form was tampered with."""
    typed = form.version.data or ""
    return int(typed) if str(typed).isascii() and str(typed).isdigit() and len(str(typed)) < 9 else 0
