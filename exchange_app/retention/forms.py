"""What somebody types to see what is kept, to choose a year, and about a breach."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import StopValidation

from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.retention.breaches import Report
from exchange_app.retention.rules import Scope
from exchange_app.web.formats import date_range
from exchange_app.web.forms import (
    FILL_IN,
    ChoiceField,
    CountField,
    EmailField,
    Form,
    LongTextField,
    MomentField,
    OnceForm,
    Required,
    TextField,
)

FOUR_DIGITS = sentence("Write the last four digits of the phone number.")
FIRST_YEAR = 2020


class DigitsForm(Form):
    """A guardian proves with the end of their phone number who they are."""

    digits = StringField(sentence("Last four digits of your phone"), validators=[Required()])

    def validate_digits(self, field: StringField) -> None:
        if not re.fullmatch(r"[0-9]{4}", self.four_digits):
            raise StopValidation(FOUR_DIGITS)

    @property
    def four_digits(self) -> str:
        return unicodedata.normalize("NFKC", self.digits.data or "").strip()


class YearForm(Form):
    """A year that has begun."""

    year = CountField(sentence("Year"), least=FIRST_YEAR, most=2199, validators=[Required()])


def _number(chosen: Any) -> int | None:
    return int(chosen) if chosen else None


class BreachForm(OnceForm):
    """``email``, ``departure_id`` and ``code`` are needed each where its scope is chosen."""

    words = LongTextField(sentence("What happened"), longest=4000, validators=[Required()])
    noticed_at = MomentField(sentence("When it was noticed"), validators=[Required()])
    began_at = MomentField(sentence("From when on the data were open"), validators=[Required()])
    ended_at = MomentField(sentence("Until when"), validators=[Required()])
    scope = ChoiceField(Scope, sentence("What is concerned"), validators=[Required()])
    email = EmailField(sentence("E-mail address of the account"))
    departure_id = SelectField(sentence("Departure"), coerce=_number, choices=[])
    code = TextField(sentence("Booking code"), longest=40)

    def offer(self, departures: Iterable[Departure]) -> None:
        dates = [(one.id, f"{date_range(one.starts_on, one.ends_on)} {one.package.title}") for one in departures]
        self.departure_id.choices = [("", ""), *dates]

    def validate_email(self, field: EmailField) -> None:
        self._need(field, Scope.ACCOUNT)

    def validate_departure_id(self, field: SelectField) -> None:
        self._need(field, Scope.DEPARTURE)

    def validate_code(self, field: TextField) -> None:
        self._need(field, Scope.GROUP)

    def _need(self, field: Any, scope: Scope) -> None:
        if self.scope.data is scope and not field.data and not field.errors:
            raise StopValidation(str(FILL_IN))

    @property
    def report(self) -> Report:
        """Of a form that was valid."""
        moments: dict[str, Any] = {name: self[name].data for name in ("noticed_at", "began_at", "ended_at")}
        return Report(
            words=self.words.data,
            **moments,
            scope=self.scope.data,
            email=self.email.data,
            departure_id=self.departure_id.data,
            code=self.code.data,
        )


class BreachTextForm(Form):
    words = LongTextField(sentence("Text"), longest=10_000, validators=[Required()])


class CallListForm(Form):
    purpose = TextField(sentence("What for"), longest=200, validators=[Required()])
