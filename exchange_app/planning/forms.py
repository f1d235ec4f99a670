"""What organisers ask of the planner, of a series of dates and of a season to copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names
from flask import request
from wtforms import BooleanField, HiddenField, SelectMultipleField, TimeField, ValidationError

from exchange_app.catalogue.models import Package
from exchange_app.catalogue.rules import WEEKDAYS
from exchange_app.core.text import current_language, sentence
from exchange_app.departures.forms import MOST_SEATS
from exchange_app.planning.errors import SameSeason, TooManyDays
from exchange_app.planning.rules import MOST_AT_ONCE, DayRule, View, days_between
from exchange_app.planning.service import SeriesTerms
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    OnceForm,
    Required,
)
from exchange_app.web.translated_fields import TranslatedField

LONGEST_SERIES = timedelta(days=730)


class AddressForm(FilterForm):
    """As long as nothing stands in the address, the form is as it was made, and was not asked anything."""

    def __init__(self, **options: Any) -> None:
        super(FilterForm, self).__init__(request.args or None, **options)

    @property
    def is_asked(self) -> bool:
        return bool(request.args)


class PlannerForm(AddressForm):
    view = ChoiceField(View, default=View.MONTH)
    day = DateField()
    chosen = CountField(most=2**53)
    done = CountField(most=2**53)


class MoveForm(OnceForm):
    """``seen`` names what the organiser saw; ``view`` and ``shown`` are the planner's, to go back to."""

    departure = CountField(sentence("Departure"), most=2**53, validators=[Required()])
    day = DateField(sentence("New first day"), validators=[Required()])
    seen = HiddenField()
    view = HiddenField()
    shown = HiddenField()


class WeekdaysField(SelectMultipleField):
    """Days of the week, 1 is Monday; each a box to tick."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=int, choices=_weekdays, **options)


def _weekdays() -> list[tuple[int, str]]:
    names = get_day_names("abbreviated", locale=current_language())  # counted from 0, which is Monday
    return [(weekday, names[weekday - 1]) for weekday in WEEKDAYS]


class SeriesForm(AddressForm):
    since = DateField(sentence("From the day"), validators=[Required()])
    until = DateField(sentence("Until the day"), validators=[Required()])
    weekdays = WeekdaysField(sentence("First day of the departure"), validators=[Required()])
    rule = ChoiceField(DayRule, sentence("Which days"), default=DayRule.NO_HOLIDAYS, validators=[Required()])
    adjusted = BooleanField(sentence("Also weekend days that are workdays instead (adjusted workdays)"))
    meets = TimeField(sentence("The group meets at"), validators=[Required()])
    meeting_point = TranslatedField(sentence("Meeting point"), validators=[Required()])
    opens_days = CountField(sentence("Registration opens, days before"), least=1, most=365, validators=[Required()])
    closes_days = CountField(sentence("Registration closes, days before"), most=365, validators=[Required()])
    roster_days = CountField(sentence("Rosters are due, days before"), most=365, validators=[Required()])
    capacity = CountField(
        sentence("Seats, pupils and staff together"), least=1, most=MOST_SEATS, validators=[Required()]
    )
    minimum = CountField(
        sentence("Persons without whom it may be called off"), least=1, most=MOST_SEATS, validators=[Required()]
    )
    is_open = BooleanField(sentence("Open the registration at once, with their slots"))

    def validate_until(self, field: DateField) -> None:
        if field.data is None or self.since.data is None:
            return
        if field.data < self.since.data:
            raise ValidationError(sentence("This lies before the first date; choose a later one."))
        if field.data - self.since.data > LONGEST_SERIES:
            raise ValidationError(TooManyDays(most=MOST_AT_ONCE).sentence)

    def validate_closes_days(self, field: CountField) -> None:
        if field.data is not None and self.opens_days.data is not None and field.data >= self.opens_days.data:
            raise ValidationError(sentence("Registration must close after it opens: write fewer days."))

    def validate_roster_days(self, field: CountField) -> None:
        if field.data is not None and self.closes_days.data is not None and field.data > self.closes_days.data:
            raise ValidationError(
                sentence("The roster cannot be due before registration closes: a group must have time to hand it in.")
            )

    def validate_minimum(self, field: CountField) -> None:
        if field.data is not None and self.capacity.data is not None and field.data > self.capacity.data:
            raise ValidationError(sentence("The smallest number of persons cannot be larger than the number of seats."))

    def days(self, also: Sequence[date]) -> list[date]:
        return days_between(self.since.data, self.until.data, self.weekdays.data, also)

    def terms(self) -> SeriesTerms:
        names = ("meets", "meeting_point", "opens_days", "closes_days", "roster_days", "capacity", "minimum")
        return SeriesTerms(**{name: self[name].data for name in names})


class SeasonForm(AddressForm):
    """By ``shift`` days, or to the day on which the new season ``begins``."""

    begins = DateField(sentence("The new season begins on"))
    shift = CountField(sentence("Or so many days later"), least=1, most=3660)
    title = TranslatedField(sentence("Title of the new menu"), longest=100, validators=[Required()])
    with_departures = BooleanField(sentence("Also copy the departures of this season, as drafts"))
    packages = SelectMultipleField(sentence("Packages"), coerce=int, choices=[])

    def offer(self, packages: Sequence[Package]) -> None:
        self.packages.choices = [(package.id, package.title) for package in packages]
        if not self.is_asked:
            self.packages.data = [package.id for package in packages]

    def validate_shift(self, field: CountField) -> None:
        if field.errors or self.begins.errors:
            return
        if (field.data is None) == (self.begins.data is None):
            raise ValidationError(sentence("Give the day on which it begins, or the number of days: one of the two."))

    def shift_from(self, season_from: date) -> timedelta:
        """Raises ValueError with a sentence where nothing would move."""
        shift = timedelta(days=self.shift.data) if self.shift.data else self.begins.data - season_from
        if not shift:
            raise ValueError(SameSeason().sentence)
        return shift


class SeriesChoice(OnceForm):
    """The dates that stayed ticked."""

    day = SelectMultipleField(sentence("Dates"), coerce=date.fromisoformat, validate_choice=False)
