"""Menus and packages of the demo."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.models import Manner, Menu, MenuItem, Package, Publication, Stop
from exchange_app.catalogue.terms import DEFAULT_REMINDERS, make_rules
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.demo.season import WEEKDAYS
from exchange_app.partners.models import Plan

NOTHING_TO_SAY = Translated(zh_Hans="", en="")


def add_menus(known: Known, today: date) -> None:
    for entry in read("menus")["menu"]:
        key, publication = entry.pop("key"), Publication(entry.pop("publication"))
        items = entry.pop("item")
        known.menus[key] = menu = Menu(
            city=known.cities[entry.pop("city")],
            season_from=today + timedelta(days=entry.pop("season_from_in_days")),
            season_until=today + timedelta(days=entry.pop("season_until_in_days")),
            publication=Publication.DRAFT,
            **entry,
        )
        db.session.add(menu)
        for item in items:
            known.items[item["slug"]] = _new_item(menu, item, known)
        db.session.add_all(known.items.values())
        db.session.flush()
        if publication is not Publication.DRAFT:
            catalogue.publish_menu(menu)


def _new_item(menu: Menu, entry: dict[str, Any], known: Known) -> MenuItem:
    begins, closed_on = entry.pop("begins", []), entry.pop("closed_on", [])
    return MenuItem(
        menu=menu,
        base=known.bases[entry.pop("base")],
        plan=Plan(entry.pop("plan")),
        manner=Manner(entry.pop("manner")),
        timetable=_new_timetable(begins, closed_on),
        **entry,
    )


def _new_timetable(begins: list[str], closed_on: list[str]) -> dict[str, list[str]]:
    """The same times on every day on which the base is open."""
    open_on = [number for number, weekday in enumerate(WEEKDAYS, 1) if weekday not in closed_on]
    return {str(number): begins for number in open_on if begins}


def add_packages(known: Known) -> None:
    content = read("packages")
    for entry in content["package"]:
        publication = Publication(entry.pop("publication"))
        supervision = content["supervision"][entry.pop("supervision")]
        stops = [_new_stop(stop, content["pause"], known) for stop in entry.pop("stops")]
        known.packages[entry["slug"]] = package = Package(
            host_city=known.cities[entry.pop("host_city")],
            from_city=known.cities[entry.pop("from_city")] if "from_city" in entry else None,
            organiser=known.organisations[entry.pop("organiser")],
            plan=Plan(entry.pop("plan")),
            persons_per_adult=supervision["persons_per_adult"],
            supervision_basis=supervision["basis"],
            publication=Publication.DRAFT,
            stops=stops,
            reminders=make_rules(DEFAULT_REMINDERS),
            **entry,
        )
        db.session.add(package)
        db.session.flush()
        if publication is not Publication.DRAFT:
            catalogue.publish_package(package)


def _new_stop(entry: dict[str, Any], pauses: dict[str, dict[str, Translated]], known: Known) -> Stop:
    item = known.items[entry["item"]] if "item" in entry else None
    pause = pauses[entry["pause"]] if "pause" in entry else {}
    return Stop(
        menu_item=item,
        day=entry["day"],
        starts=time.fromisoformat(entry["starts"]),
        minutes=entry["minutes"] if item is None else item.minutes,
        title=entry.get("title") or pause.get("title") or NOTHING_TO_SAY,
        note=entry.get("note") or pause.get("note") or NOTHING_TO_SAY,
    )


def withdraw_last_season(known: Known) -> None:
    """What was offered last season was published then and is withdrawn now."""
    for entry in read("packages")["package"]:
        if entry["publication"] == Publication.WITHDRAWN:
            catalogue.withdraw_package(known.packages[entry["slug"]])
    for entry in read("menus")["menu"]:
        if entry["publication"] == Publication.WITHDRAWN:
            catalogue.withdraw_menu(known.menus[entry["key"]])
