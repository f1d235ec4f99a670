"""Coaches, rooms and small groups of a group, as its leader arranges them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.roles import Role as UserRole
from exchange_app.rosters.rules import Role, Sex
from exchange_app.trips import arrangements
from exchange_app.trips.forms import MovesForm, PlaceForm, PlacesForm, ProposalForm, WishForm
from exchange_app.trips.queries import find_notes, get_place, get_trip, list_incidents, list_wishes
from exchange_app.trips.rules import Layout, PlaceKind, find_clashes, title_of
from exchange_app.trips.views.blueprint import do, is_carried_out, trips
from exchange_app.web.forms import Form
from exchange_app.web.policies import allows

KINDS = "/bookings/<code>/trip/<any(coach, room, team):kind>"
USUAL_CAPACITY = {PlaceKind.COACH: 45, PlaceKind.ROOM: 2, PlaceKind.TEAM: 10}


@trips.get("/bookings/<code>/trip")
@allows(UserRole.LEADER)
def show(code: str) -> ResponseReturnValue:
    booking = get_trip(code, me())
    return render_template(
        "trips/show.html",
        **_words(booking),
        layouts=arrangements.layouts_of(booking),
        notes=find_notes(booking.departure_id),
        incidents=list_incidents(booking.id),
        is_over=booking.departure.ends_on <= booking.departure.today(now()),
    )


@trips.get(KINDS)
@allows(UserRole.LEADER)
def arrangement(code: str, kind: str) -> ResponseReturnValue:
    return _page(code, PlaceKind(kind))


def _page(code: str, kind: PlaceKind, **refused: Form) -> ResponseReturnValue:
    """``refused`` forms take the place of the fresh ones."""
    booking = get_trip(code, me())
    layouts = arrangements.layouts_of(booking)
    layout = layouts[kind]
    wish_form = refused.get("wish_form") or WishForm(formdata=None)
    if isinstance(wish_form, WishForm):
        wish_form.offer(layout.people)
    forms: dict[str, Form] = {
        "places_form": PlacesForm(formdata=None, data={"count": 1, "capacity": USUAL_CAPACITY[kind]}),
        "moves_form": MovesForm(formdata=None),
        "proposal_form": ProposalForm(formdata=None),
        **refused,
        "wish_form": wish_form,
    }
    page = render_template(
        "trips/arrangement.html",
        **_words(booking),
        kind=kind,
        layout=layout,
        clashes=find_clashes(layout),
        unknown=_of_unknown_sex(kind, layout),
        names={person.id: person.name for person in layout.people},
        wishes=list_wishes(booking.id),
        sexes=list(Sex),
        **forms,
    )
    return page, max(form.status for form in forms.values())


def _words(booking: Booking) -> dict[str, Any]:
    departure = booking.departure
    return {
        "booking": booking,
        "departure": departure,
        "package": departure.package,
        "kinds": list(PlaceKind),
        "staff": Role.STAFF,
    }


def _of_unknown_sex(kind: PlaceKind, layout: Layout) -> list[Any]:
    """Whom a proposal of rooms cannot place unless the leader says where they belong."""
    return [person for person in layout.unplaced if person.sex is None] if kind is PlaceKind.ROOM else []


@trips.post(f"{KINDS}/places")
@allows(UserRole.LEADER)
def add_places(code: str, kind: str) -> ResponseReturnValue:
    form = PlacesForm()
    chosen = PlaceKind(kind)

    def add(booking: Booking) -> None:
        assert form.count.data is not None  # the form was valid
        assert form.capacity.data is not None
        sex = form.sex.data if chosen is PlaceKind.ROOM else None
        arrangements.add_places(booking, chosen, count=form.count.data, capacity=form.capacity.data, sex=sex)

    if is_carried_out(code, form, add):
        return _back(code, kind)
    return _page(code, chosen, places_form=form)


@trips.post(f"{KINDS}/moves")
@allows(UserRole.LEADER)
def move(code: str, kind: str) -> ResponseReturnValue:
    form = MovesForm()
    moves = form.moves()
    if is_carried_out(code, form, lambda booking: arrangements.move_people(booking, PlaceKind(kind), moves)):
        flash(ngettext("One person was moved.", "%(num)s persons were moved.", len(moves)))
        return _back(code, kind)
    return _page(code, PlaceKind(kind), moves_form=form)


@trips.post(f"{KINDS}/proposal")
@allows(UserRole.LEADER)
def propose(code: str, kind: str) -> ResponseReturnValue:
    form = ProposalForm()
    left: list[int] = []

    def fill(booking: Booking) -> None:
        left.append(arrangements.propose_arrangement(booking, PlaceKind(kind), said=form.said()))

    if not is_carried_out(code, form, fill):
        return _page(code, PlaceKind(kind), proposal_form=form)
    if left[0]:
        words = ngettext(
            "One person still has no place: there is too little room, or it is not known which room is right.",
            "%(num)s persons still have no place: there is too little room, or it is not known which room is right.",
            left[0],
        )
        flash(words, "error")
    else:
        flash(gettext("Everybody has a place now. Move whom you like."))
    return _back(code, kind)


@trips.post(f"{KINDS}/empty")
@allows(UserRole.LEADER)
def empty(code: str, kind: str) -> ResponseReturnValue:
    do(code, lambda booking: arrangements.empty_places(booking, PlaceKind(kind)), gettext("Nobody has a place now."))
    return _back(code, kind)


@trips.route("/bookings/<code>/trip/places/<int:place_id>", methods=["GET", "POST"])
@allows(UserRole.LEADER)
def place(code: str, place_id: int) -> ResponseReturnValue:
    booking = get_trip(code, me())
    found = get_place(booking, place_id)
    form = PlaceForm(obj=found)

    def change(booking: Booking) -> None:
        assert form.capacity.data is not None  # the form was valid
        sex = form.sex.data if found.kind is PlaceKind.ROOM else None
        arrangements.change_place(booking, place_id, label=form.label.data, capacity=form.capacity.data, sex=sex)

    if is_carried_out(code, form, change):
        return _back(code, found.kind)
    title = title_of(found.kind, found.number, found.label)
    return render_template("trips/place.html", **_words(booking), place=found, title=title, form=form), form.status


@trips.post("/bookings/<code>/trip/places/<int:place_id>/remove")
@allows(UserRole.LEADER)
def remove_place(code: str, place_id: int) -> ResponseReturnValue:
    kind = get_place(get_trip(code, me()), place_id).kind
    do(code, lambda booking: arrangements.remove_place(booking, place_id), gettext("It is removed."))
    return _back(code, kind)


@trips.post(f"{KINDS}/wishes")
@allows(UserRole.LEADER)
def add_wish(code: str, kind: str) -> ResponseReturnValue:
    form = WishForm()
    form.offer(arrangements.list_people(get_trip(code, me())))

    def add(booking: Booking) -> None:
        arrangements.add_wish(booking, form.first.data, form.second.data)

    if is_carried_out(code, form, add):
        return _back(code, kind, "wishes")
    return _page(code, PlaceKind(kind), wish_form=form)


@trips.post(f"{KINDS}/wishes/<int:wish_id>/remove")
@allows(UserRole.LEADER)
def remove_wish(code: str, kind: str, wish_id: int) -> ResponseReturnValue:
    do(code, lambda booking: arrangements.remove_wish(booking, wish_id), gettext("The wish is removed."))
    return _back(code, kind, "wishes")


@trips.get("/bookings/<code>/trip/lists")
@allows(UserRole.LEADER)
def lists(code: str) -> ResponseReturnValue:
    """For paper: the roster, and every coach, room and small group with who is in it."""
    booking = get_trip(code, me())
    layouts = arrangements.layouts_of(booking)
    return render_template(
        "trips/lists.html",
        **_words(booking),
        layouts=layouts,
        people=layouts[PlaceKind.COACH].people,
        arranged=[kind for kind in PlaceKind if layouts[kind].spots],
        at=now(),
    )


def _back(code: str, kind: str, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("trips.arrangement", code=code, kind=str(kind), _anchor=anchor), 303)
