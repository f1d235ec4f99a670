"""What organisers of a town put on offer, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.journeys.actors import Person


def both(name: str, chinese: str, english: str) -> dict[str, str]:
    """What is typed into a field of two languages."""
    return {f"{name}-zh_Hans": chinese, f"{name}-en": english}


def last_number(path: str) -> int:
    return int(path.rstrip("/").rpartition("/")[2])


@dataclass(frozen=True)
class Activity:
    """Once published it may be stopped at."""

    chinese: str
    english: str
    plan: str = "youth"


def publish_menu(by: Person, base: tuple[str, str], season: tuple[str, str], activities: Sequence[Activity]) -> None:
    """One base and the activities there, in a season."""
    by.sends(
        "/organiser/bases/new",
        **both("name", *base),
        **both("description", "一处基地", "A place to learn at"),
        **both("address", "江边路1号", "1 River Road"),
        kind="museum",
        phone="0771-5550000",
    )
    menu = by.goes_from(
        "/organiser/menus/new",
        **both("title", "春夏菜单", "Spring and summer"),
        season_from=season[0],
        season_until=season[1],
    )
    for activity in activities:
        by.sends(
            f"{menu}/items/new",
            **both("title", activity.chinese, activity.english),
            **both("description", "动手体验", "Everybody takes part"),
            base_id=_choice(by.reads(f"{menu}/items/new"), "base_id", base[1]),
            plan=activity.plan,
            manner="interactive",
            minutes=120,
            group_min=1,
            group_max=60,
            slot_capacity=200,
            grade_from=3,
            grade_until=9,
            speaks_zh="y",
        )
    assert "The menu is published" in by.presses(menu, "publish")


def publish_package(
    by: Person, title: tuple[str, str], *, days: int, approvers: Sequence[str] = (), plan: str = "youth", **more: Any
) -> str:
    """With the activity of this title on each of its days; the page where its organiser keeps it."""
    stops = more.pop("stops")
    page = by.goes_from(
        "/organiser/packages/new",
        **both("title", *title),
        **both("supervision_basis", "本市规定", "The city's own rule"),
        plan=plan,
        days=days,
        grade_from=3,
        grade_until=9,
        persons_per_adult=10,
        changes_until_days=3,
        price_minor="0",
        **{f"approver_{place}": approver for place, approver in enumerate(approvers, 1)},
        **more,
    )
    for day in range(1, days + 1):
        new = f"{page}/stops/new"
        by.sends(new, day=day, starts="09:00", menu_item_id=_choice(by.reads(new), "menu_item_id", stops))
    assert "The package is published" in by.presses(page, "publish")
    return page


def open_departure(by: Person, package: str, first_day: str, *, capacity: int, **dates: str) -> int:
    page = by.goes_from(
        f"{package}/departures/new",
        **both("meeting_point", "南门", "South gate"),
        meets_at=f"{first_day}T08:30",
        opens_at=dates["opens"],
        closes_at=dates["closes"],
        roster_due_at=dates["rosters"],
        capacity=capacity,
        minimum=5,
    )
    assert "The departure is open" in by.presses(page, "open")
    return last_number(page)


def _choice(html: str, field: str, words: str) -> str:
    """The value of what a list offers under these words."""
    _, _, rest = html.partition(f'name="{field}"')
    assert rest, f"no list of {field}"
    for option in rest.partition("</select>")[0].split("<option")[1:]:
        if words in option:
            return option.partition('value="')[2].partition('"')[0]
    raise AssertionError(f"{words} is not on the list of {field}")
