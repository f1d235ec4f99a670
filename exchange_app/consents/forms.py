"""What a guardian says, and what a teacher records from paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wtforms import Field, HiddenField, SelectField
from wtforms.validators import StopValidation

from exchange_app.consents.models import ConsentMethod
from exchange_app.consents.rules import PHOTOS, TAKING_PART, ConsentState
from exchange_app.consents.service import Answer
from exchange_app.consents.wording import Point
from exchange_app.core.text import sentence
from exchange_app.web.forms import ChoiceField, DateField, FilterForm, Form, Required, TextField

YES, NO = "yes", "no"
ALL = sentence("All")
CHOOSE = sentence("Choose yes or no.")
CHOOSE_EACH = sentence("Choose yes or no for each point.")
OF_DEFAULT = {PHOTOS: False}  # a favour: nobody has to say no to it
NAME_LENGTH = 50


class YesOrNo(NamedTuple):
    """One point as the page shows it; ``is_yes`` is None while nothing is chosen."""

    point: Point
    name: str
    is_yes: bool | None
    problem: Any


class ChoicesField(Field):
    """Yes or no to each of some points; its data are the choices by the points' keys, without those not made."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.points: Sequence[Point] = ()

    def ask(self, points: Sequence[Point], chosen: Mapping[str, bool] = OF_DEFAULT) -> None:
        """What the form asks; ``chosen`` is what stands there before anybody typed."""
        self.points = points
        if self.sent is None:
            self.data = dict(chosen)
        else:
            self.data = {point.key: self.sent[point.key] for point in points if point.key in self.sent}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[Any] = []
        self.data = {}
        self.sent: dict[str, bool] | None = None
        if formdata:
            prefix = f"{self.name}-"
            typed = {name.removeprefix(prefix): formdata.get(name) for name in formdata if name.startswith(prefix)}
            self.sent = {key: word == YES for key, word in typed.items() if word in (YES, NO)}

    def pre_validate(self, form: Any) -> None:
        if self.unanswered:
            raise StopValidation(CHOOSE_EACH)

    @property
    def unanswered(self) -> list[str]:
        """Who does not take part need not answer the rest."""
        if self.data.get(TAKING_PART) is False:
            return []
        return [point.key for point in self.points if point.key not in self.data]

    @property
    def rows(self) -> list[YesOrNo]:
        missing = self.unanswered if self.errors else []
        return [
            YesOrNo(
                point, f"{self.name}-{point.key}", self.data.get(point.key), CHOOSE if point.key in missing else None
            )
            for point in self.points
        ]


class AnswerForm(Form):
    """``text`` is the hash of the text that was read."""

    choices = ChoicesField(sentence("Your decision"))
    given_by = TextField(sentence("Your name"), longest=NAME_LENGTH, validators=[Required()])
    text = HiddenField()

    @property
    def answer(self) -> Answer:
        return Answer(self.choices.data, self.given_by.data)


class PaperForm(AnswerForm):
    choices = ChoicesField(sentence("What stands on the paper"))
    given_by = TextField(sentence("Who signed"), longest=NAME_LENGTH, validators=[Required()])
    signed_on = DateField(sentence("Day of the signature"), validators=[Required()])
    text = SelectField(sentence("Text that was signed"), choices=[])


class BoardFilter(FilterForm):
    state = ChoiceField(ConsentState, sentence("Answer"), empty=ALL)
    method = ChoiceField(ConsentMethod, sentence("Answer"), empty=ALL)
