"""What does not fit is said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.tailored.fitting import find_misfits, moments_of, plan_days
from exchange_app.tailored.queries import map_items, map_rooms
from exchange_app.tailored.rules import Terms, read_terms, spread, write_terms
from tests.tailored.test_agreement import agreed
from tests.tailored.town import Town, ask, make_town, propose, terms_of

ZONE = ZoneInfo("Asia/Shanghai")


def misfits(terms: Terms) -> list[str]:
    items = map_items(terms.item_ids)
    with speaking("en"):
        return [one.sentence for one in find_misfits(terms, items, ZONE, map_rooms(moments_of(terms, items, ZONE)))]


@pytest.fixture
def town(app: Flask) -> Town:
    with transaction():
        return make_town()


def begins(terms: Terms) -> list[str]:
    return [f"{one.starts:%H:%M}" for day in plan_days(terms, map_items(terms.item_ids), terms.dates[0]) for one in day]


def test_times_follow_each_other_with_the_way_between(town: Town) -> None:
    terms = terms_of(town)
    assert begins(terms) == ["09:00", "12:30"]  # two hours, and ninety minutes from one end of the city to the other
    with transaction():
        town.items[1].timetable = {"1": ["10:00", "14:30"]}
    assert begins(terms) == ["09:00", "14:30"]
    assert misfits(terms) == []
    assert read_terms(write_terms(terms)) == terms


MISFITS: Sequence[tuple[Mapping[str, Any], str]] = (
    ({"pupils": 60}, "takes at most 50 persons"),
    ({"pupils": 4, "staff": 1}, "groups of at least 10"),
    ({"grade": 12}, "other grades"),
    ({"language": "en"}, "not held in the language"),
    ({"staff": 1}, "1 more adults"),
    ({"dates": (date(2027, 9, 6),)}, "is offered from Mon 1 March 2027 until"),
    ({"days": 2}, "Nothing happens on day 2"),
)


def test_what_does_not_fit_is_said(town: Town) -> None:
    for changes, words in MISFITS:
        assert any(words in sentence for sentence in misfits(replace(terms_of(town), **changes))), words


def test_times_that_clash_are_said(town: Town) -> None:
    terms = terms_of(town)
    first, second = terms.entries
    at = {
        time(10): "begins before",
        time(11, 20): "the way takes about 90 minutes; there are 20",
        time(18): "takes 11 hours",
    }
    for starts, words in at.items():
        moved = replace(terms, entries=(first, replace(second, starts=starts)))
        assert any(words in sentence for sentence in misfits(moved)), words
    with transaction():
        town.items[0].timetable = {"1": ["10:00"], "2": ["09:00"]}
    fixed = replace(terms, entries=(replace(first, starts=time(9)), second))
    assert any("begins at 10:00, not at 09:00" in sentence for sentence in misfits(fixed))


def test_places_left_in_slots_are_counted(town: Town) -> None:
    with transaction():
        inquiry = ask(town)
    with transaction():
        propose(town, inquiry)
    booking = agreed(town, inquiry)
    like_them = replace(terms_of(town), dates=(booking.departure.starts_on,), pupils=40)
    first, second = like_them.entries
    like_them = replace(like_them, entries=(replace(first, starts=time(10)), replace(second, starts=time(13, 30))))
    assert any("has room for 33; you are 43" in sentence for sentence in misfits(like_them))


def test_wishes_are_spread_over_days() -> None:
    assert [day for _, day in spread([("a", 240), ("b", 120), ("c", 60), ("d", 500), ("e", 10)])] == [1, 1, 2, 3, 4]
