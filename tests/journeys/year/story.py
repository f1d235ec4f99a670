"""Who the year is about, and what the chapters tell each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from tests.journeys.actors import Person, Time
from tests.journeys.towns import Town, make_departments, make_stranger, make_town

YEAR = 2027


@dataclass
class Story:
    """``stranger`` co-ordinates a city that has no part in it; ``visitor`` is nobody. The numbers stand in addresses
    and are known once a chapter has made what they name."""

    app: Flask
    time: Time
    nanning: Town
    chongzuo: Town
    stranger: Person
    visitor: Person
    agreement: int = 0
    problem: int = 0
    departures: dict[str, int] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # the codes of bookings
    guardians: list[str] = field(default_factory=list)  # the addresses that they got
    exchanges: dict[str, str] = field(default_factory=dict)  # their pages, by title
    visits: dict[str, str] = field(default_factory=dict)  # their pages
    campaign: int = 0
    request: tuple[str, str] = ("", "")  # code and PIN
    story: int = 0
    photos: dict[str, str] = field(default_factory=dict)  # their addresses
    notice: str = ""
    reports: list[str] = field(default_factory=list)  # their pages


def begin(app: Flask, time: Time) -> Story:
    with transaction():
        departments = make_departments()
        nanning = make_town(
            app,
            time,
            departments,
            "450100",
            "nanning",
            Translated(zh_Hans="南宁市", en="Nanning"),
            [Translated(zh_Hans=f"南宁第{number}小学", en=f"Nanning school {number}") for number in range(1, 6)],
        )
        chongzuo = make_town(
            app,
            time,
            departments,
            "451400",
            "chongzuo",
            Translated(zh_Hans="崇左市", en="Chongzuo"),
            [Translated(zh_Hans=f"崇左第{number}小学", en=f"Chongzuo school {number}") for number in range(1, 4)],
        )
        stranger = make_stranger(app, time, departments)
    return Story(app, time, nanning, chongzuo, stranger, Person(app, time))
