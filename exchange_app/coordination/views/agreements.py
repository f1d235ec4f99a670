"""Co-ordinators of the cities that are party write down an agreement, sign it, let cities join or leave, and end it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.forms import ChangeForm, EndForm, JoinForm, LeaveForm, NewAgreementForm, SignForm
from exchange_app.coordination.queries.people import city_of, is_written_alone_by
from exchange_app.coordination.service import agreements as changing
from exchange_app.coordination.views.blueprint import (
    coordination,
    lock_own_agreement,
    own_agreement,
)
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.partners import agreements as service
from exchange_app.partners import proposals, queries
from exchange_app.partners.errors import OtherCitySigns
from exchange_app.partners.models import Agreement, AgreementProposal, City, Plan
from exchange_app.partners.proposals import ProposalTerms
from exchange_app.web.forms import Form
from exchange_app.web.policies import allows

KEEPERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = "coordination.own_agreement_page"


@coordination.get("/coordinator/agreements")
@allows(*KEEPERS)
def own_agreements() -> ResponseReturnValue:
    found = queries.list_agreements(city_of(me()))
    return render_template("coordination/own_agreements.html", agreements=found)


@coordination.route("/coordinator/agreements/new", methods=["GET", "POST"])
@allows(*KEEPERS)
def new_agreement() -> ResponseReturnValue:
    """The own city is one of them."""
    form = NewAgreementForm(data={"plans": list(Plan)})
    cities = queries.list_cities()
    own_id = city_of(me())
    form.city_ids.choices = [(city.id, city.name) for city in cities if city.id != own_id]
    if is_saved(form, lambda: _draft(form, cities, own_id)):
        flash(gettext("The draft is saved: the co-ordinators of the cities see it now."), "success")
        return redirect(url_for("coordination.own_agreements"), 303)
    return render_template("coordination/new_agreement.html", form=form), form.status


def _draft(form: NewAgreementForm, cities: Sequence[City], own_id: int | None) -> Agreement:
    """The own city stands first in the order of the chair."""
    chosen = [city for city in cities if city.id == own_id or city.id in (form.city_ids.data or ())]
    chosen.sort(key=lambda city: city.id != own_id)
    return service.draft_agreement(form.terms(), chosen, by_id=me().id, now=now())


@coordination.get("/coordinator/agreements/<int:agreement_id>")
@allows(*KEEPERS)
def own_agreement_page(agreement_id: int) -> ResponseReturnValue:
    return _page(own_agreement(agreement_id))


def _page(agreement: Agreement, refused: Form | None = None) -> str:
    today = service.today_of(agreement, now())
    forms = {"sign": SignForm(None, data={"signed_on": today}), "end": EndForm(None, data={"ended_on": today})}
    forms |= {"join": JoinForm(None, data={"since": today}), "leave": LeaveForm(None, data={"until": today})}
    kinds = {SignForm: "sign", EndForm: "end", JoinForm: "join", LeaveForm: "leave"}
    if refused is not None:
        forms[kinds[type(refused)]] = refused
    _offer_cities(agreement, forms["join"], forms["leave"])
    return render_template(
        "coordination/own_agreement_page.html",
        agreement=agreement,
        forms=forms,
        refused=refused,
        own_id=city_of(me()),
        may_sign=not is_written_alone_by(agreement, me()),
    )


def _offer_cities(agreement: Agreement, join: Form, leave: Form) -> None:
    present = agreement.city_ids
    join.city_id.offer((city.id, city.name) for city in queries.list_cities() if city.id not in present)
    leave.city_id.offer((city.id, city.name) for city in agreement.cities)


@coordination.route("/coordinator/agreements/<int:agreement_id>/edit", methods=["GET", "POST"])
@allows(*KEEPERS)
def edit_agreement(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    form = ChangeForm(obj=agreement, seen=changing.seen_of(agreement))

    def command() -> None:
        locked = lock_own_agreement(agreement_id)
        changing.change_agreement(locked, form.terms(), seen=form.seen.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The agreement is saved."), "success")
        return redirect(url_for(PAGE, agreement_id=agreement_id), 303)
    return render_template("coordination/edit_agreement.html", form=form, agreement=agreement), form.status


@coordination.post("/coordinator/agreements/<int:agreement_id>/sign")
@allows(*KEEPERS)
def sign_agreement(agreement_id: int) -> ResponseReturnValue:
    form = SignForm()

    def command() -> None:
        agreement = lock_own_agreement(agreement_id)
        if is_written_alone_by(agreement, me()):
            raise OtherCitySigns()
        service.sign_agreement(agreement, form.signed_on.data, by_id=me().id, now=now())

    return _carried_out(agreement_id, form, command, gettext("The agreement is in force."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/end")
@allows(*KEEPERS)
def end_agreement(agreement_id: int) -> ResponseReturnValue:
    form = EndForm()
    done = gettext("The agreement has ended; what was done under it stays.")
    return _proposed_or_done(agreement_id, form, lambda _today: form.terms(), done)


@coordination.post("/coordinator/agreements/<int:agreement_id>/join")
@allows(*KEEPERS)
def add_party(agreement_id: int) -> ResponseReturnValue:
    form = JoinForm()
    form.city_id.offer((city.id, city.name) for city in queries.list_cities())
    return _proposed_or_done(agreement_id, form, form.terms, gettext("The city is party now."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/leave")
@allows(*KEEPERS)
def remove_party(agreement_id: int) -> ResponseReturnValue:
    form = LeaveForm()
    form.city_id.offer((city.id, city.name) for city in own_agreement(agreement_id).cities)
    return _proposed_or_done(agreement_id, form, form.terms, gettext("The city is no party any more."))


def _proposed_or_done(
    agreement_id: int, form: Form, terms_of: Callable[[date], ProposalTerms], done: str
) -> ResponseReturnValue:
    own_agreement(agreement_id)
    waiting: list[AgreementProposal | None] = []

    def command() -> None:
        agreement = lock_own_agreement(agreement_id)
        terms = terms_of(service.today_of(agreement, now()))
        waiting.append(changing.propose_or_carry_out(agreement, terms, by=me(), now=now()))

    if not is_saved(form, command):
        return _page(own_agreement(agreement_id), form), 422
    proposed = gettext("Proposed: it holds once another one of the cities says that it was agreed.")
    flash(proposed if any(waiting) else done, "success")
    return _to_agreement(agreement_id)


def _to_agreement(agreement_id: int) -> ResponseReturnValue:
    """To the list, where the own city has just left."""
    if queries.is_shown_agreement(agreement_id, city_of(me())):
        return redirect(url_for(PAGE, agreement_id=agreement_id), 303)
    return redirect(url_for("coordination.own_agreements"), 303)


@coordination.post("/coordinator/agreements/<int:agreement_id>/proposals/<int:proposal_id>/agree")
@allows(*KEEPERS)
def agree_to_proposal(agreement_id: int, proposal_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id).find_proposal(proposal_id)

    def command() -> None:
        own_id, by = city_of(me()), me()
        proposals.agree(lock_own_agreement(agreement_id), proposal_id, own_id=own_id, by_id=by.id, now=now())

    is_done(command, done=gettext("It was agreed, and holds."))
    return _to_agreement(agreement_id)


@coordination.post("/coordinator/agreements/<int:agreement_id>/proposals/<int:proposal_id>/drop")
@allows(*KEEPERS)
def drop_proposal(agreement_id: int, proposal_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id).find_proposal(proposal_id)
    done = gettext("The proposal is gone.")
    is_done(lambda: proposals.drop(lock_own_agreement(agreement_id), proposal_id), done=done)
    return redirect(url_for(PAGE, agreement_id=agreement_id), 303)


@coordination.post("/coordinator/agreements/<int:agreement_id>/parties/<int:city_id>/forward")
@allows(*KEEPERS)
def move_party(agreement_id: int, city_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    service.find_party(agreement, city_id)
    is_done(lambda: service.move_party(lock_own_agreement(agreement_id), city_id), done=gettext("Saved."))
    return redirect(url_for(PAGE, agreement_id=agreement_id, _anchor="parties"), 303)


@coordination.post("/coordinator/agreements/<int:agreement_id>/drop")
@allows(*KEEPERS)
def drop_agreement(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    done = gettext("The draft is gone.")
    if is_done(lambda: service.drop_draft(lock_own_agreement(agreement.id)), done=done):
        return redirect(url_for("coordination.own_agreements"), 303)
    return redirect(url_for(PAGE, agreement_id=agreement_id), 303)


def _carried_out(agreement_id: int, form: Form, command: Callable[[], object], done: str) -> ResponseReturnValue:
    """The page of the agreement, again with what was typed where it was refused."""
    own_agreement(agreement_id)
    if not is_saved(form, command):
        return _page(own_agreement(agreement_id), form), 422
    flash(done, "success")
    return redirect(url_for(PAGE, agreement_id=agreement_id), 303)
