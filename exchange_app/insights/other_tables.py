"""Tables that tell the period as a whole: the overview, seats, publicity, satisfaction, delegations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask_babel import gettext

from exchange_app.bookings.rules import BookingState
from exchange_app.departures.rules import Cause
from exchange_app.insights.hiding import hidden_rows, is_small, shown
from exchange_app.insights.queries.groups import count_all, map_names
from exchange_app.insights.queries.seats import count_seats, count_waited, map_called_off, map_given_up
from exchange_app.insights.queries.told import (
    Told,
    count_campaigns,
    count_mentions,
    count_stories,
    count_visits,
    list_opinions,
)
from exchange_app.insights.rules import Cell, Scope, Table, share
from exchange_app.partners.models import City
from exchange_app.trips.rules import FEWEST_SHOWN
from exchange_app.visits.rules import Period
from exchange_app.web.formats import days_of
from exchange_app.web.labels import label

NOTHING = "–"


def tell_overview(scope: Scope, today: date) -> Table:
    """A period that is not over yet is held against as much of the year before."""
    now = so_far(scope, today).period
    before = now.a_year_before
    columns = [_main_figures(replace(scope, period=period)) for period in (now, before)]
    return Table(
        "overview",
        gettext("Overview"),
        [gettext("Figure"), gettext("This period"), gettext("A year before")],
        [[words, mine, theirs] for (words, mine), (_, theirs) in zip(*columns, strict=True)],
        gettext(
            "This period: %(now)s; a year before: %(before)s. Groups are those that were there; participants are their "
            "pupils and staff, counted each time they come; person-days count each of them for every day; an activity "
            "that several groups shared is one.",
            now=days_of(now.first, now.last),
            before=days_of(before.first, before.last),
        ),
    )


def so_far(scope: Scope, today: date) -> Scope:
    """Departures that are still to come belong to no period yet."""
    first, last = scope.period.first, scope.period.last
    return replace(scope, period=Period(first, max(first, min(last, today))))


def _main_figures(scope: Scope) -> list[tuple[str, Cell]]:
    groups, visits, seats, waited = count_all(scope), count_visits(scope), count_seats(scope), count_waited(scope)
    came = sum(visit.persons for visit in visits)
    return [
        (gettext("Activities held"), groups.activities),
        (gettext("Number of groups"), groups.groups),
        (gettext("Participants"), shown(groups.persons)),
        (gettext("Person-days"), None if is_small(groups.persons) else groups.person_days),
        (gettext("Departures that took place"), seats.departures),
        (
            gettext("Share of seats taken (per cent)"),
            None if is_small(groups.persons) else share(groups.persons, seats.offered),
        ),
        (gettext("Groups that waited for seats"), waited.groups),
        (gettext("Groups that did not come after all"), sum(map_given_up(scope).values())),
        (gettext("Delegations"), sum(visit.groups for visit in visits)),
        (gettext("Persons of delegations"), shown(came)),
    ]


def tell_seats(scope: Scope, today: date) -> Table:
    scope = so_far(scope, today)
    persons, seats, waited = count_all(scope).persons, count_seats(scope), count_waited(scope)
    given_up, called_off = map_given_up(scope), map_called_off(scope)
    is_hidden = is_small(persons)
    ended: Sequence[tuple[str, BookingState]] = (
        (gettext("Groups that cancelled after they were handed in"), BookingState.CANCELLED),
        (gettext("Groups that were declined"), BookingState.DECLINED),
        (gettext("Groups whose time ran out"), BookingState.EXPIRED),
    )
    rows: list[list[Cell]] = [
        [gettext("Departures that took place"), seats.departures],
        [gettext("Seats available"), seats.offered],
        [gettext("Seats taken"), None if is_hidden else persons],
        [gettext("Share of seats taken (per cent)"), None if is_hidden else share(persons, seats.offered)],
        [gettext("Groups that waited for seats"), waited.groups],
        [gettext("Groups of these that were given seats"), waited.placed],
    ]
    for words, state in ended:
        rows.append([words, given_up.get(state, 0)])
    for cause in Cause:
        rows.append([gettext("Departures called off: %(cause)s", cause=label(cause)), called_off.get(cause, 0)])
    return Table(
        "seats",
        gettext("Seats and waiting lists"),
        [gettext("Figure"), gettext("Count")],
        rows,
        gettext(
            "Seats taken are those of the groups that are counted here; what did not come about counts by its dates."
        ),
    )


def tell_publicity(scope: Scope, today: date) -> Table:
    scope = so_far(scope, today)
    mentions = count_mentions(scope)
    rows = [
        *_told(gettext("Stories"), count_stories(scope)),
        *_told(gettext("Festivals and campaigns"), count_campaigns(scope)),
    ]
    if mentions is not None:
        rows.append([gettext("Reports in the media"), mentions, NOTHING])
    return Table(
        "publicity",
        gettext("Publicity"),
        [gettext("What"), gettext("New in the period"), gettext("Times read")],
        rows,
        gettext(
            "Read counts who had a page before them for three seconds, without knowing who; what the chosen filters "
            "cannot tell apart is left out."
        ),
    )


def _told(words: str, told: Told | None) -> list[list[Cell]]:
    return [] if told is None else [[words, told.number, told.reads]]


def tell_satisfaction(scope: Scope, today: date) -> Table:
    rows: list[list[Cell]] = [
        [
            label(one.question),
            one.replies,
            None if one.replies < FEWEST_SHOWN else one.average,
        ]
        for one in list_opinions(scope)
        if one.replies
    ]
    return Table(
        "satisfaction",
        gettext("Satisfaction"),
        [gettext("Question"), gettext("Answers"), gettext("Average from 1 to 5")],
        rows,
        gettext(
            "What families and pupils answered after the trip; no average of fewer than %(least)s.", least=FEWEST_SHOWN
        ),
    )


def tell_delegations(scope: Scope, today: date) -> Table:
    visits = count_visits(scope)
    names = map_names(City, (city_id for visit in visits for city_id in visit.key[-2:]))
    hidden = hidden_rows([visit.persons for visit in visits], [visit.way for visit in visits])
    rows: list[list[Cell]] = []
    for visit, is_hidden in zip(visits, hidden, strict=True):
        way = names[visit.way.sending_id], names[visit.way.hosting_id]
        persons = (None, None) if is_hidden else (visit.persons, visit.person_days)
        rows.append([*way, label(visit.key[0]), visit.groups, *persons])
    return Table(
        "delegations",
        gettext("Delegations"),
        [
            gettext("From the city"),
            gettext("To the city"),
            gettext("Plan"),
            gettext("Delegations"),
            gettext("Persons"),
            gettext("Person-days"),
        ],
        rows,
        gettext("Visits of offices that were carried out; they are not among the groups of the other tables."),
    )
