"""How the catalogue's choices read on pages."""

from typing import Any

from babel.dates import get_day_names

from exchange_app.catalogue.composing import Misfit, Problem
from exchange_app.catalogue.models import (
    Approver,
    BaseKind,
    Manner,
    MenuItem,
    Package,
    Publication,
    ReminderAbout,
    ReminderReader,
)
from exchange_app.catalogue.rules import WEEKDAYS, runs, weekdays_alike
from exchange_app.core.text import Translated, current_language, sentence
from exchange_app.partners.models import Plan
from exchange_app.web.formats import grades
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Manner: {
        Manner.SCENE: sentence("Scene-based"),
        Manner.INTERACTIVE: sentence("Interactive"),
        Manner.EXPERIENTIAL: sentence("Hands-on"),
    },
    BaseKind: {
        BaseKind.MUSEUM: sentence("Museum"),
        BaseKind.MEMORIAL: sentence("Memorial"),
        BaseKind.RESERVE: sentence("Nature reserve"),
        BaseKind.WORKSHOP: sentence("Workshop"),
        BaseKind.VILLAGE: sentence("Village"),
        BaseKind.SCENIC_AREA: sentence("Scenic area"),
        BaseKind.SCHOOL: sentence("Partner school"),
    },
    Publication: {
        Publication.DRAFT: sentence("Draft"),
        Publication.PUBLISHED: sentence("Published"),
        Publication.WITHDRAWN: sentence("Withdrawn"),
    },
    Approver: {
        Approver.SCHOOL_HEAD: sentence("The school's head"),
        Approver.HOST: sentence("The host"),
        Approver.EDUCATION_BUREAU: sentence("The education bureau"),
    },
    ReminderAbout: {
        ReminderAbout.ROSTER: sentence("Roster: days before it is due"),
        ReminderAbout.TRIP: sentence("Trip: days before the first day"),
        ReminderAbout.AFTERWARDS: sentence("Thanks: days after the last day"),
    },
    ReminderReader: {
        ReminderReader.LEADER: sentence("Leader"),
        ReminderReader.FAMILIES: sentence("Families"),
    },
}

ASKED_FIELDS = {
    "birth_date": sentence("Date of birth"),
    "sex": sentence("Sex"),
    "document_type": sentence("Type of document"),
    "document_number": sentence("Document number"),
    "health_note": sentence("Health note"),
    "meal_need": sentence("Meal need"),
}

PLANS_IN_WORDS = {
    Plan.YOUTH: sentence("Children and young people of both cities learn, play and travel together."),
    Plan.COMMUNITY: sentence("Neighbours of all ethnic groups meet, help each other and live side by side."),
    Plan.TOURISM: sentence("Travel that brings people together: landscapes, crafts and festivals."),
}

# What does not fit where a package is composed.
MISFITS = {
    Misfit.OVERLAP: sentence("Begins %(minutes)s minutes before the one before has ended."),
    Misfit.TOO_NEAR: sentence("%(minutes)s minutes from %(before)s to %(base)s; count on %(needed)s."),
    Misfit.LONG_DAY: sentence("A long day: more than %(hours)s hours from the first entry to the end of the last."),
    Misfit.NO_TIME: sentence("It begins only at %(times)s."),
    Misfit.GRADES: sentence("Meant for other grades than the package: %(grades)s."),
    Misfit.GROUP_TOO_LARGE: sentence("Takes at most %(most)s persons; %(group)s come."),
    Misfit.GROUP_TOO_SMALL: sentence("Takes place from %(least)s persons; %(group)s come."),
}


def tell_misfit(problem: Problem) -> str:
    """What does not fit, as a sentence."""
    facts = dict(problem.facts)
    if problem.what is Misfit.GRADES:
        facts["grades"] = grades(facts["first"], facts["last"])
    return str(MISFITS[problem.what]) % facts


EVERY_DAY = sentence("Every day")

TIMES_ON = {
    1: sentence("Times on Mondays"),
    2: sentence("Times on Tuesdays"),
    3: sentence("Times on Wednesdays"),
    4: sentence("Times on Thursdays"),
    5: sentence("Times on Fridays"),
    6: sentence("Times on Saturdays"),
    7: sentence("Times on Sundays"),
}

SPOKEN = {
    "zh": sentence("Chinese"),
    "za": sentence("Zhuang"),
    "en": sentence("English"),
}


def asked_of(package: Package) -> list[tuple[Any, Translated]]:
    """What the package's roster asks besides the usual, each with its reason."""
    return [
        (ASKED_FIELDS[ask["field"]], Translated(ask["reason"])) for ask in package.asks if ask["field"] in ASKED_FIELDS
    ]


def timetable_of(item: MenuItem) -> list[tuple[str, list[str]]]:
    """When the activity begins: the weekdays that have the same times (周二–周日 · Tue–Sun), and those times."""
    return [(_days_in_words(weekdays), times) for weekdays, times in weekdays_alike(item.timetable)]


def _days_in_words(weekdays: list[int]) -> str:
    if len(weekdays) == len(WEEKDAYS):
        return str(EVERY_DAY)
    names = get_day_names("abbreviated", locale=current_language())  # counted from 0, which is Monday
    return " · ".join(
        names[first - 1] if first == last else f"{names[first - 1]}–{names[last - 1]}" for first, last in runs(weekdays)
    )
