"""Where the pages of schools' own trips are gathered, and what several of them show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint

from exchange_app.tailored import queries
from exchange_app.tailored.fitting import Misfit, Planned, find_misfits, moments_of, plan_days
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.rules import Terms

tailored = Blueprint("tailored", __name__)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a trip; ``on`` is its date where the trip has one."""

    number: int
    on: date | None
    planned: list[Planned]


def days_of(terms: Terms) -> list[Day]:
    """With the times as they come about on the date wanted most."""
    first = terms.dates[0] if terms.dates else None
    days = plan_days(terms, queries.map_items(terms.item_ids), first)
    return [
        Day(number, first and first + timedelta(days=number - 1), planned) for number, planned in enumerate(days, 1)
    ]


def misfits_of(inquiry: Inquiry, terms: Terms) -> list[Misfit]:
    zone = ZoneInfo(inquiry.city.time_zone)
    items = queries.map_items(terms.item_ids)
    return find_misfits(terms, items, zone, queries.map_rooms(moments_of(terms, items, zone)))
