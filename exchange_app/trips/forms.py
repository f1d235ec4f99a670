"""What the pages about a group's trip ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import request
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import StopValidation

from exchange_app.core.text import sentence
from exchange_app.rosters.rules import Sex
from exchange_app.trips.incidents import Happening
from exchange_app.trips.labels import LABELS, MARK_WORDS
from exchange_app.trips.roll import Entry
from exchange_app.trips.rules import MARKS, Person, Presence, Question
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    FilterForm,
    Form,
    LongTextField,
    MomentField,
    OnceForm,
    Required,
    TextField,
)
from exchange_app.web.translated_fields import TranslatedLongField

FOR_WHOM = sentence("For whom")
BY_WHO_IS_IN_IT = sentence("whoever is put in first")
COUNT_FIRST = sentence("Count heads first and write how many there are.")
WITH_NAMES = sentence("With names")
WITHOUT_NAMES = sentence(
    "Without names: where badges are seen by many, a stranger should not be able to call a child by its name"
)
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
            int(person): int(place) if _is_row(place) else None
            for person, place in chosen.items()
            if place != request.form.get(f"was-{person}", "")
        }


class ProposalForm(Form):
    """Of each person whose sex the roster does not hold, ``sex-<id>``: which rooms they belong in."""

    def said(self) -> dict[int, Sex]:
        given = {name.removeprefix("sex-"): value for name, value in request.form.items() if _is_of(name, "sex-")}
        return {int(person): Sex(value) for person, value in given.items() if value in list(Sex)}


class OwnCallForm(OnceForm):
    title = TextField(sentence("What for, or where"), longest=80, validators=[Required()])
    at = MomentField(sentence("At what time"), validators=[Required()])


class CallForm(OnceForm):
    """A roll call without JavaScript: ``state-<id>`` for each person beside the one that the page showed, ``was-<id>``;
    only what was chosen anew is entered."""

    head_count = CountField(sentence("Heads counted"), most=10_000)
    everybody = SubmitField(sentence("All are there"))

    def validate_head_count(self, field: CountField) -> None:
        if self.everybody.data and field.data is None and not field.errors:
            raise StopValidation(str(COUNT_FIRST))

    def entries(self, call_id: int, now: datetime) -> list[Entry]:
        chosen = {name.removeprefix("state-"): value for name, value in request.form.items() if _is_of(name, "state-")}
        entries = [
            Entry(f"{self.form_token.data}:{person}", call_id, now, int(person), Presence(state))
            for person, state in chosen.items()
            if state in list(Presence) and state != request.form.get(f"was-{person}", "")
        ]
        if self.head_count.data is not None:
            entries.append(Entry(f"{self.form_token.data}:heads", call_id, now, head_count=self.head_count.data))
        return entries


class BadgesForm(FilterForm):
    names = RadioField(choices=[("with", WITH_NAMES), ("without", WITHOUT_NAMES)], default="with")

    @property
    def with_names(self) -> bool:
        return bool(self.names.data != "without")


class DisclosureForm(Form):
    purpose = TextField(sentence("What for"), longest=200, validators=[Required()])
    with_health = BooleanField(sentence("With health notes"))


class IncidentForm(OnceForm):
    happened_at = MomentField(sentence("When it happened"), validators=[Required()])
    place = TextField(sentence("Where it happened"), longest=200, validators=[Required()])
    words = LongTextField(sentence("What happened, and what was done"), longest=4000, validators=[Required()])
    concerned = CountField(sentence("Persons concerned"), most=500, validators=[Required()])
    people = SelectMultipleField(sentence("Who is concerned"), coerce=int)

    def offer(self, people: Iterable[Person]) -> None:
        choices: list[tuple[int, Any]] = [(person.id, person.name) for person in people]
        self.people.choices = choices

    @property
    def happening(self) -> Happening:
        assert self.happened_at.data is not None  # the form was valid
        assert self.concerned.data is not None
        return Happening(
            at=self.happened_at.data,
            place=self.place.data,
            words=self.words.data,
            concerned=self.concerned.data,
            person_ids=self.people.data or (),
        )


class NotesForm(Form):
    emergency = TranslatedLongField(sentence("Numbers for an emergency"), longest=1000)
    names_reason = TranslatedLongField(sentence("Why your day sheet needs names"), longest=500)


def _marks(question: Question) -> RadioField:
    return RadioField(
        LABELS[Question][question],
        choices=lambda: [(mark, str(MARK_WORDS[mark])) for mark in reversed(MARKS)],
        coerce=_number,
    )


class SurveyForm(OnceForm):
    """Named as the questions are."""

    whole = _marks(Question.WHOLE)
    learned = _marks(Question.LEARNED)
    friends = _marks(Question.FRIENDS)
    care = _marks(Question.CARE)
    again = _marks(Question.AGAIN)

    @property
    def marks(self) -> dict[Question, int]:
        return {question: self[question.value].data for question in Question}


def _is_of(name: str, prefix: str) -> bool:
    """Whether a field is named after an id that a row can have."""
    return name.startswith(prefix) and _is_row(name.removeprefix(prefix))


def _is_row(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) <= 18
