"""Which office works with which of the other cities, which counties are paired, and whom of a city one asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.forms import LiaisonForm, PairForm, ProposeForm, ReasonForm
from exchange_app.coordination.queries.people import city_of, list_coordinators, map_people
from exchange_app.coordination.service import counterparts as service
from exchange_app.coordination.views.blueprint import (
    coordination,
    lock_own_agreement,
    own_agreement,
    own_agreements_in_force,
)
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.partners import counterparts as pairing
from exchange_app.partners import queries
from exchange_app.partners.agreements import find_party
from exchange_app.partners.errors import PartyNotFound
from exchange_app.partners.models import Agreement, Organisation
from exchange_app.partners.rules import AgreementState, CounterpartState, CounterpartStep
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

SPEAKERS = (Role.COORDINATOR, Role.ORGANISER, Role.ADMINISTRATOR)
PAIRERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = "coordination.counterparts"
PAIRS_SHOWN = 30
SUGGESTED = 20  # the next ones stand here as soon as some of these were proposed


@coordination.get("/coordinator/counterparts")
@allows(*SPEAKERS)
def all_counterparts() -> ResponseReturnValue:
    """Where there is one agreement, its page."""
    agreements = own_agreements_in_force()
    if len(agreements) == 1:
        return redirect(url_for(PAGE, agreement_id=agreements[0].id), 303)
    return render_template("coordination/all_counterparts.html", agreements=agreements)


@coordination.get("/coordinator/agreements/<int:agreement_id>/counterparts")
@allows(*SPEAKERS)
def counterparts(agreement_id: int) -> ResponseReturnValue:
    return _page(own_agreement(agreement_id))


def _page(agreement: Agreement, refused: Form | None = None) -> str:
    """With all pairs after a mistake: the one that it was about is among them, whichever page it was on."""
    user = me()
    own_id = _side(agreement)
    known = queries.list_counterparts(agreement.id)
    offices = queries.list_offices(agreement.city_ids)
    pairs = queries.list_county_pairs(agreement.id)
    suggested = pairing.suggest(offices, pairs, known, own_id) if own_id is not None else []
    by_state = {state: [one for one in known if one.state is state] for state in CounterpartState}
    by_state[CounterpartState.PROPOSED].sort(key=lambda one: (not service.speaks_for(user, one.answering), one.id))
    return render_template(
        "coordination/counterparts.html",
        agreement=agreement,
        own_id=own_id,
        sides=[city for city in agreement.cities if city.id != own_id] if city_of(user) is None else [],
        most=PAIRS_SHOWN,
        page=None if refused else page_of(queries.select_confirmed(agreement.id), size=PAIRS_SHOWN),
        by_state=by_state,
        people=map_people([one for row in known for one in (row.proposed_by_id, row.answered_by_id, row.ended_by_id)]),
        suggested=[one for one in suggested if service.speaks_for(user, one.office)][:SUGGESTED],
        speaks_for=lambda office: service.speaks_for(user, office),
        form=refused if isinstance(refused, ProposeForm) else _fresh_proposal(offices, own_id),
        pair_form=refused if isinstance(refused, PairForm) else _fresh_pair_form(agreement, own_id),
        refused=refused,
        pairs=pairs,
        may_pair=user.role in PAIRERS,
        is_in_force=agreement.state is AgreementState.IN_FORCE,
    )


def _side(agreement: Agreement) -> int | None:
    """For which city somebody proposes and pairs. An administrator, who may for any, says for which: the offices of all
    of them would be a page of hundreds of lines."""
    own_id = city_of(me())
    if own_id is not None:
        return own_id
    wanted = request.args.get("city", "")
    return next((city.id for city in agreement.cities if str(city.id) == wanted), None)


def _fresh_proposal(offices: Sequence[Organisation], own_id: int | None) -> ProposeForm:
    form = ProposeForm(None)
    _offer_offices(form, offices, own_id)
    return form


def _offer_offices(form: ProposeForm, offices: Sequence[Organisation], own_id: int | None) -> None:
    """Of the other cities those alone that have a fellow on this side."""
    own = [one for one in offices if one.city_id == own_id and service.speaks_for(me(), one)]
    places = {(one.level, one.department_id) for one in own}
    others = [one for one in offices if one.city_id != own_id and (one.level, one.department_id) in places]
    form.office_id.offer((office.id, _named(office)) for office in own)
    form.other_id.offer((office.id, _named(office)) for office in others)


def _named(office: Organisation) -> str:
    parts = [office.city.name, office.county.name if office.county else None, office.name]
    return " · ".join(str(part) for part in parts if part)


def _fresh_pair_form(agreement: Agreement, own_id: int | None) -> PairForm:
    form = PairForm(None)
    _offer_counties(form, agreement, own_id)
    return form


def _offer_counties(form: PairForm, agreement: Agreement, own_id: int | None) -> None:
    cities = queries.list_cities_with_counties() if own_id is not None else []
    places = [
        (county, f"{city.name} · {county.name}")
        for city in cities
        if city.id in agreement.city_ids
        for county in city.counties
    ]
    form.county_id.offer((one.id, words) for one, words in places if one.city_id == own_id)
    form.other_id.offer((one.id, words) for one, words in places if one.city_id != own_id)


@coordination.post("/coordinator/agreements/<int:agreement_id>/counterparts")
@allows(*SPEAKERS)
def propose_counterpart(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    offices = queries.list_offices(agreement.city_ids)
    form = ProposeForm()
    _offer_offices(form, offices, _side(agreement))
    by_id = {office.id: office for office in offices}

    def command() -> None:
        office, other = by_id[form.office_id.data], by_id[form.other_id.data]
        locked = lock_own_agreement(agreement_id)
        service.propose(locked, office, other, form.words.data, by=me(), now=now())

    return _carried_out(agreement_id, form, command, gettext("Proposed: the other side got a letter."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/counterparts/<int:counterpart_id>/confirm")
@allows(*SPEAKERS)
def confirm_counterpart(agreement_id: int, counterpart_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id)
    queries.get_counterpart(counterpart_id, agreement_id)

    def command() -> None:
        counterpart = queries.lock_counterpart(counterpart_id, agreement_id)
        service.answer(counterpart, CounterpartStep.CONFIRM, "", by=me(), now=now())

    is_done(command, done=gettext("Confirmed: the two offices are counterparts."))
    return redirect(url_for(PAGE, agreement_id=agreement_id), 303)


@coordination.post("/coordinator/agreements/<int:agreement_id>/counterparts/<int:counterpart_id>/decline")
@allows(*SPEAKERS)
def decline_counterpart(agreement_id: int, counterpart_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id)
    queries.get_counterpart(counterpart_id, agreement_id)
    form = ReasonForm(prefix=f"decline-{counterpart_id}-")

    def command() -> None:
        counterpart = queries.lock_counterpart(counterpart_id, agreement_id)
        service.answer(counterpart, CounterpartStep.DECLINE, form.reason.data, by=me(), now=now())

    return _carried_out(agreement_id, form, command, gettext("Declined: the other side reads why."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/counterparts/<int:counterpart_id>/end")
@allows(*SPEAKERS)
def end_counterpart(agreement_id: int, counterpart_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id)
    queries.get_counterpart(counterpart_id, agreement_id)
    form = ReasonForm(prefix=f"end-{counterpart_id}-")

    def command() -> None:
        service.end(queries.lock_counterpart(counterpart_id, agreement_id), form.reason.data, by=me(), now=now())

    return _carried_out(agreement_id, form, command, gettext("Ended: the other side got a letter."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/pairs")
@allows(*PAIRERS)
def pair_counties(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    form = PairForm()
    _offer_counties(form, agreement, _side(agreement))

    def command() -> None:
        locked = lock_own_agreement(agreement_id)
        counties = {one.id: one for city in locked.cities for one in queries.list_counties(city.id)}
        pairing.pair_counties(locked, counties[form.county_id.data], counties[form.other_id.data])

    return _carried_out(agreement_id, form, command, gettext("Paired: their offices are suggested to each other."))


@coordination.post("/coordinator/agreements/<int:agreement_id>/pairs/<int:pair_id>/part")
@allows(*PAIRERS)
def part_counties(agreement_id: int, pair_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id)
    done = gettext("No longer paired; what their offices agreed stays.")
    is_done(lambda: pairing.part_counties(lock_own_agreement(agreement_id), pair_id), done=done)
    return redirect(url_for(PAGE, agreement_id=agreement_id, _anchor="pairs"), 303)


def _carried_out(agreement_id: int, form: Form, command: Callable[[], object], done: str) -> ResponseReturnValue:
    if not is_saved(form, command):
        return _page(own_agreement(agreement_id), form), 422
    flash(done, "success")
    return redirect(url_for(PAGE, agreement_id=agreement_id), 303)


# ------------------------------------------------------------------------------------------------------------ liaisons


@coordination.get("/coordinator/liaisons")
@allows(*SPEAKERS)
def liaisons() -> ResponseReturnValue:
    agreements = own_agreements_in_force()
    named = {one.id: {row.city_id: row for row in queries.list_liaisons(one.id)} for one in agreements}
    people = map_people([row.coordinator_id for rows in named.values() for row in rows.values()])
    return render_template(
        "coordination/liaisons.html",
        agreements=agreements,
        named=named,
        people=people,
        own_id=city_of(me()),
        may_name=me().role in PAIRERS,
    )


@coordination.route("/coordinator/agreements/<int:agreement_id>/liaisons/<int:city_id>", methods=["GET", "POST"])
@allows(*PAIRERS)
def edit_liaison(agreement_id: int, city_id: int) -> ResponseReturnValue:
    """Of the own city alone; an administrator's are all."""
    agreement = own_agreement(agreement_id)
    party = find_party(agreement, city_id)
    if city_of(me()) not in (None, city_id):
        raise PartyNotFound()
    form = LiaisonForm(obj=queries.find_liaison(city_id, agreement_id))
    offices = {office.id: office for office in queries.list_offices([city_id])}
    form.office_id.offer((office.id, _named(office)) for office in offices.values())
    form.coordinator_id.offer((user.id, user.name) for user in list_coordinators([city_id]))

    def command() -> None:
        locked = lock_own_agreement(agreement_id)
        service.name_liaison(locked, offices[form.office_id.data], form.coordinator_id.data, by=me())

    if is_saved(form, command):
        flash(gettext("Saved."), "success")
        return redirect(url_for("coordination.liaisons"), 303)
    return render_template(
        "coordination/edit_liaison.html", form=form, agreement=agreement, city=party.city
    ), form.status
