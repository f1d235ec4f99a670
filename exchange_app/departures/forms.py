"""What organisers type about a departure, its slots and allotments, and what visitors filter packages and dates by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from wtforms import BooleanField, SelectField, ValidationError

from exchange_app.catalogue.forms import ANY, CityField, EditForm, GradeField, readable
from exchange_app.catalogue.rules import MOST_DAYS
from exchange_app.catalogue.search import LONGEST_QUERY, read_words
from exchange_app.core.clock import now
from exchange_app.core.months import last_of_month, months_after
from exchange_app.core.text import current_language, sentence
from exchange_app.departures.packages import PackageFilter
from exchange_app.departures.queries import DateFilter, KeptFilter
from exchange_app.departures.rules import DepartureState, Sort
from exchange_app.departures.service import Terms
from exchange_app.partners.models import City, Organisation, Plan
from exchange_app.web.forms import (
    CHOOSE,
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    MomentField,
    Required,
    RowField,
    TextField,
)
from exchange_app.web.translated_fields import TranslatedField

MOST_SEATS = 10_000
MONTHS_OFFERED = 18

USUAL_ORDER = sentence("As usual")
ALL_SCHOOLS = sentence("All schools of a city")


class DepartureForm(EditForm):
    """Its moments are in the host city's zone: ``meta={"zone": …}``."""

    meets_at = MomentField(sentence("The group meets at"), validators=[Required()])
    meeting_point = TranslatedField(sentence("Meeting point"), validators=[Required()])
    opens_at = MomentField(sentence("Registration opens"), validators=[Required()])
    closes_at = MomentField(sentence("Registration closes"), validators=[Required()])
    roster_due_at = MomentField(
        sentence("Rosters are due"),
        description=sentence(
            "When registration closes or later. Leave it empty for the moment when registration closes."
        ),
    )
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
        values: dict[str, Any] = {field.name: self[field.name].data for field in fields(Terms) if field.name in self}
        values["roster_due_at"] = values["roster_due_at"] or values["closes_at"]
        return Terms(starts_on=values["meets_at"].astimezone(zone).date(), **values)


class SlotForm(Form):
    capacity = CountField(sentence("Capacity, all groups together"), validators=[Required()])
    is_open = BooleanField(sentence("Takes groups"))

    def terms(self) -> dict[str, Any]:
        return {"capacity": self.capacity.data, "is_open": self.is_open.data}


class SpecialSlotForm(Form):
    """Its moment is in the zone of the base's city: ``meta={"zone": …}``."""

    starts_at = MomentField(sentence("Begins at"), validators=[Required()])
    capacity = CountField(sentence("Capacity, all groups together"), least=1, validators=[Required()])

    def validate_starts_at(self, field: MomentField) -> None:
        if field.data is not None and field.data <= now():
            raise ValidationError(sentence("Choose a moment that is still to come."))

    def terms(self) -> dict[str, Any]:
        return {"starts_at": self.starts_at.data, "capacity": self.capacity.data}


class HolderField(SelectField):
    """A city, for all its schools, or one school: `city-3`, `school-12`."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=lambda typed: typed or "", choices=[], **options)

    def offer(self, cities: Sequence[City], schools: Sequence[Organisation]) -> None:
        self._rows: dict[str, City | Organisation] = {
            **{f"city-{city.id}": city for city in cities},
            **{f"school-{school.id}": school for school in schools},
        }
        grouped: dict[str, list[tuple[str, Any]]] = {
            "": [("", CHOOSE)],
            str(ALL_SCHOOLS): [(f"city-{city.id}", city.name) for city in cities],
        }
        for school in schools:
            grouped.setdefault(str(school.city.name), []).append((f"school-{school.id}", school.name))
        self.choices = grouped

    @property
    def found(self) -> dict[str, City | Organisation | None]:
        row = self._rows.get(self.data)
        return {
            "city": row if isinstance(row, City) else None,
            "school": row if isinstance(row, Organisation) else None,
        }


class AllotmentForm(Form):
    """Its moment is in the host city's zone: ``meta={"zone": …}``."""

    holder = HolderField(sentence("Kept for"), validators=[Required()])
    seats = CountField(sentence("Seats"), least=1, most=MOST_SEATS, validators=[Required()])
    release_at = MomentField(sentence("They return at"), validators=[Required()])

    def terms(self) -> dict[str, Any]:
        return {"count": self.seats.data, "release_at": self.release_at.data, **self.holder.found}


class MonthField(SelectField):
    """A month as `2027-04`; its data are its first day. Any month can be asked for, the next eighteen are offered."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=_first_day, choices=[], validate_choice=False, **options)

    def offer(self, today: date) -> None:
        first = today.replace(day=1)
        months = {first, *(months_after(first, count) for count in range(1, MONTHS_OFFERED))}
        if isinstance(self.data, date):
            months.add(self.data)
        self.choices = [
            ("", sentence("All coming dates")),
            *((f"{month:%Y-%m}", _written(month)) for month in sorted(months)),
        ]


def _first_day(typed: str | date | None) -> date | None:
    if not typed or isinstance(typed, date):
        return typed or None
    if not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}", typed):
        raise ValueError(typed)
    return date(int(typed[:4]), int(typed[5:]), 1)


def _written(month: date) -> str:
    return format_skeleton("yMMMM", month, locale=current_language())


class DateFilterForm(FilterForm):
    month = MonthField(sentence("Month"))
    city = CityField(sentence("Host city"))

    def wanted(self, today: date) -> DateFilter:
        """The dates of the month that was asked for, else all from today on."""
        found = readable(self)
        month = found.get("month")
        if month is None:
            return DateFilter(since=today, city=found.get("city"))
        return DateFilter(since=month, until=last_of_month(month.year, month.month), city=found.get("city"))


class CodeField(SelectField):
    """A county by its code; None means any."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=lambda typed: typed or None, choices=[], **options)


class PackageFilterForm(FilterForm):
    """``view``, ``month`` and ``compare`` stand in the same address; the page keeps them."""

    q = TextField(sentence("Search"), longest=LONGEST_QUERY)
    city = CityField(sentence("Host city"))
    county = CodeField(sentence("Stops in"))
    plan = ChoiceField(Plan, sentence("Plan"), empty=ANY)
    grade = GradeField(sentence("Grade"), empty=ANY)
    days = CountField(sentence("Days"), least=1, most=MOST_DAYS)
    since = DateField(sentence("Not before"))
    until = DateField(sentence("Not after"))
    seats = CountField(sentence("Seats needed"), least=1, most=MOST_SEATS)
    sort = ChoiceField(Sort, sentence("In which order"), empty=USUAL_ORDER)
    month = MonthField(sentence("Month"))

    def validate_until(self, field: DateField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(sentence("This lies before the first date; choose a later one."))

    def offer(self, places: Sequence[Any]) -> None:
        """``places`` are rows of packages.list_places()."""
        self.city.choices = [("", ANY), *{row.city_slug: (row.city_slug, row.city) for row in places}.values()]
        self.county.choices = [("", ANY), *((row.code, row.name) for row in places if row.code)]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is wished, besides a month to look at."""
        return any(field.data for field in self if field is not self.month)

    def wanted(self) -> PackageFilter:
        values = readable(self)
        values.pop("month", None)
        return PackageFilter(**values | {"words": tuple(read_words(values.pop("q", "")))})

    def shown_month(self, today: date) -> date:
        """The first day of the month that was asked for, else of the first date that counts."""
        asked = self.month.data if not self.month.errors else None
        since = self.since.data if not self.since.errors else None
        return (asked or max(since or today, today)).replace(day=1)


class StaffForm(FilterForm):
    """How many pupils would come, to know how many adults have to come along."""

    pupils = CountField(sentence("Number of pupils"), least=1, most=MOST_SEATS, validators=[Required()])


class KeptFilterForm(FilterForm):
    package = RowField(sentence("Package"), empty=ANY)
    state = ChoiceField(DepartureState, sentence("State"), empty=ANY)

    def wanted(self) -> KeptFilter:
        return KeptFilter(**readable(self))
