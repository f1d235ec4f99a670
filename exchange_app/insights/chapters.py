"""The tables of figures in their order, for the page and for reports."""

from __future__ import annotations

from exchange_app.insights import group_tables, other_tables
from exchange_app.insights.rules import Chapter

CHAPTERS: tuple[Chapter, ...] = (
    Chapter("overview", other_tables.tell_overview),
    Chapter("directions", group_tables.tell_directions),
    Chapter("counties", group_tables.tell_counties),
    Chapter("months", group_tables.tell_months),
    Chapter("days", group_tables.tell_days),
    Chapter("bases", group_tables.tell_bases),
    Chapter("schools", group_tables.tell_schools),
    Chapter("packages", group_tables.tell_packages),
    Chapter("seats", other_tables.tell_seats),
    Chapter("publicity", other_tables.tell_publicity),
    Chapter("satisfaction", other_tables.tell_satisfaction),
    Chapter("delegations", other_tables.tell_delegations),
)
