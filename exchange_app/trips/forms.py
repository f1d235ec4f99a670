"""What the pages about a group's trip ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from wtforms import SelectField

from exchange_app.core.text import sentence
from exchange_app.rosters.rules import Sex
from exchange_app.trips.rules import Person
from exchange_app.web.forms import ChoiceField, CountField, Form, Required, TextField

FOR_WHOM = sentence("For whom")
BY_WHO_IS_IN_IT = sentence("whoever is put in first")
WHO_WISHES = sentence("Person")
WITH_WHOM = sentence("With whom")


class PlacesForm(Form):
    """Several places alike; ``sex`` is for rooms alone."""

    count = CountField(sentence("How many"), least=1, most=100, validators=[Required()])
    capacity = CountField(sentence("Places in each"), least=1, most=500, validators=[Required()])
    sex = ChoiceField(Sex, FOR_WHOM, empty=BY_WHO_IS_IN_IT)


class PlaceForm(Form):
    label = TextField(sentence("What you call it, such as a room's number or a plate"), longest=40)
    capacity = CountField(sentence("Places in it"), least=1, most=500, validators=[Required()])
    sex = ChoiceField(Sex, FOR_WHOM, empty=BY_WHO_IS_IN_IT)


def _number(chosen: Any) -> int | None:
    return int(chosen) if chosen else None


class WishForm(Form):
    first = SelectField(WHO_WISHES, coerce=_number, validators=[Required()])
    second = SelectField(WITH_WHOM, coerce=_number, validators=[Required()])

    def offer(self, people: Iterable[Person]) -> None:
        choices: list[tuple[Any, Any]] = [("", ""), *((person.id, person.name) for person in people)]
        self.first.choices = self.second.choices = choices


class MovesForm(Form):
    """A place for each person, ``place-<id>``, beside the one that the page showed, ``was-<id>``: only what was chosen
    anew is a move, so that two leaders at work do not undo each other."""

    def moves(self) -> dict[int, int | None]:
        chosen = {name.removeprefix("place-"): value for name, value in request.form.items() if _is_of(name, "place-")}
        return {
            int(person): int(place) if place.isdecimal() else None
            for person, place in chosen.items()
            if place != request.form.get(f"was-{person}", "")
        }


class ProposalForm(Form):
    """Of each person whose sex the roster does not hold, ``sex-<id>``: which rooms they belong in."""

    def said(self) -> dict[int, Sex]:
        given = {name.removeprefix("sex-"): value for name, value in request.form.items() if _is_of(name, "sex-")}
        return {int(person): Sex(value) for person, value in given.items() if value in list(Sex)}


def _is_of(name: str, prefix: str) -> bool:
    """Whether a field is named after an id that a row can have."""
    number = name.removeprefix(prefix)
    return name.startswith(prefix) and number.isascii() and number.isdecimal() and len(number) <= 18
