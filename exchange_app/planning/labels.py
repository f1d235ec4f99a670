"""How days, holidays and what speaks against a day read on pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext

from exchange_app.core.text import sentence
from exchange_app.planning import holidays
from exchange_app.planning.models import StepKind
from exchange_app.planning.rules import Against, DayKind, DayRule, Objection, View
from exchange_app.web.formats import date_range
from exchange_app.web.labels import Labels

LABELS: Labels = {
    View: {View.MONTH: sentence("By month"), View.WEEK: sentence("By week")},
    DayKind: {
        DayKind.WORKDAY: sentence("Workday"),
        DayKind.WEEKEND: sentence("Weekend"),
        DayKind.HOLIDAY: sentence("Public holiday"),
        DayKind.ADJUSTED: sentence("Adjusted workday"),
    },
    DayRule: {
        DayRule.ANY: sentence("Every day"),
        DayRule.NO_HOLIDAYS: sentence("No public holidays"),
        DayRule.SCHOOL_DAYS: sentence("School days only"),
    },
    StepKind: {
        StepKind.MOVE: sentence("The departure is moved."),
        StepKind.SERIES: sentence("The departures are planned."),
        StepKind.SEASON: sentence("The season is copied: everything is a draft, and visitors do not see it yet."),
    },
    Objection: {
        Objection.OVER: sentence("Its registration would be over already."),
        Objection.HOLIDAY: sentence("Public holiday: %(name)s"),
        Objection.NO_SCHOOL: sentence("Not all of its days are school days."),
        Objection.SAME_PACKAGE: sentence("Another departure of this package: %(dates)s"),
        Objection.NO_SLOT: sentence("“%(stop)s” does not take place at %(at)s that day."),
        Objection.SLOT_CLOSED: sentence("“%(stop)s” at %(at)s is closed."),
        Objection.SLOT_FULL: sentence("“%(stop)s” at %(at)s is full."),
        Objection.SLOT_SHARED: sentence("“%(stop)s” at %(at)s has %(capacity)s places for %(promised)s seats."),
        Objection.SAME_COACH: sentence("Coach %(coach)s also drives a group of %(package)s, %(dates)s."),
    },
}

# As the library names them.
HOLIDAYS = {
    "New Year's Day": sentence("New Year"),
    "Spring Festival": sentence("Spring Festival"),
    "Tomb-sweeping Day": sentence("Tomb-Sweeping Day"),
    "Labour Day": sentence("Labour Day"),
    "Dragon Boat Festival": sentence("Dragon Boat Festival"),
    "National Day": sentence("National Day"),
    "Mid-autumn Festival": sentence("Mid-Autumn Festival"),
}


def holiday_in_words(day: date) -> str:
    """Empty if the day is no public holiday."""
    name = holidays.holiday_name(day)
    return str(HOLIDAYS.get(name, name)) if name else ""


def tell(against: Against) -> str:
    """What speaks against a day, as a sentence."""
    facts: dict[str, Any] = dict(against.facts)
    if "day" in facts:
        facts["name"] = holiday_in_words(facts["day"])
    if "first" in facts:
        facts["dates"] = date_range(facts["first"], facts["last"])
    return str(LABELS[Objection][against.what]) % facts


def day_note(day: date) -> str:
    """What a planner writes beside a day that is not as its weekday; empty for others."""
    if day_kind_is_adjusted(day):
        return gettext("Adjusted workday")
    return holiday_in_words(day)


def day_kind_is_adjusted(day: date) -> bool:
    return holidays.day_kind(day) is DayKind.ADJUSTED
