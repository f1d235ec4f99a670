"""What organisers type about a departure, and what visitors filter packages and dates by."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateField, SelectField

from exchange_app.catalogue.forms import ANY, CHOOSE, CityField, EditForm, GradeField, RowField, readable
from exchange_app.catalogue.models import Plan
from exchange_app.catalogue.rules import MOST_DAYS
from exchange_app.core.text import sentence
from exchange_app.departures.queries import DateFilter, KeptFilter, PackageFilter
from exchange_app.departures.rules import DepartureState
from exchange_app.departures.service import Terms
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    FilterForm,
    MomentField,
    Required,
    TranslatedField,
    TypedField,
)

MOST_SEATS = 10_000


class DepartureForm(EditForm):
    """Its moments are in the host city's zone: ``meta={"zone": …}``."""

    meets_at = MomentField(sentence("The group meets at"), validators=[Required()])
    meeting_point = TranslatedField(sentence("Meeting point"), validators=[Required()])
    opens_at = MomentField(sentence("Registration opens"), validators=[Required()])
    closes_at = MomentField(sentence("Registration closes"), validators=[Required()])
    roster_due_at = MomentField(sentence("Rosters are due"), validators=[Required()])
    capacity = CountField(
        sentence("Seats, pupils and staff together"), least=1, most=MOST_SEATS, validators=[Required()]
    )
    minimum = CountField(
        sentence("Persons without whom it may be called off"), least=1, most=MOST_SEATS, validators=[Required()]
    )
    persons_per_adult = CountField(
        sentence("Pupils that one adult may accompany"), least=1, most=100, validators=[Required()]
    )
    supervision_basis = TranslatedField(sentence("Basis of this number"), longest=400, validators=[Required()])

    def terms(self) -> Terms:
        """The first day is the one on which the group meets, in the host city."""
        zone: ZoneInfo = self.meta.zone
        values = {field.name: self[field.name].data for field in fields(Terms) if field.name in self}
        return Terms(starts_on=self.meets_at.data.astimezone(zone).date(), **values)


class PackageFilterForm(FilterForm):
    city = CityField(sentence("Host city"))
    plan = ChoiceField(Plan, sentence("Plan"), empty=ANY)
    grade = GradeField(sentence("Grade"), empty=ANY)
    days = CountField(sentence("Days"), least=1, most=MOST_DAYS)
    since = DateField(sentence("Not before"))
    until = DateField(sentence("Not after"))
    seats = CountField(sentence("Seats needed"), least=1, most=MOST_SEATS)

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValueError(sentence("This lies before the first date; choose a later one."))

    def wanted(self) -> PackageFilter:
        return PackageFilter(**readable(self))


class MonthField(TypedField):
    """A month as `2027-04`; its data are its first and its last day."""

    def read(self, text: str) -> tuple[date, date]:
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) or text < "0001":
            raise ValueError(sentence("Write a month as in 2027-04."))
        year, month = int(text[:4]), int(text[5:])
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


class DateFilterForm(FilterForm):
    month = MonthField(sentence("Month"))
    city = CityField(sentence("Host city"))

    def wanted(self, today: date) -> DateFilter:
        """The dates of the month that was asked for, else all from today on."""
        found = readable(self)
        since, until = found.get("month") or (today, None)
        return DateFilter(since=since, until=until, city=found.get("city"))


class KeptFilterForm(FilterForm):
    package = RowField(sentence("Package"), empty=ANY)
    state = ChoiceField(DepartureState, sentence("State"), empty=ANY)

    def wanted(self) -> KeptFilter:
        return KeptFilter(**readable(self))


class NewDepartureForm(FilterForm):
    """Which package a new departure is of."""

    package = RowField(sentence("Package"), empty=CHOOSE)
