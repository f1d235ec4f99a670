"""What somebody asks figures about: a period, and what narrows it, out of what they may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext
from wtforms import SelectField
from wtforms.validators import Optional

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import BaseNotFound
from exchange_app.core.errors import NotFound
from exchange_app.core.text import sentence
from exchange_app.insights.queries.choices import Choices, list_choices
from exchange_app.insights.rules import Scope
from exchange_app.partners.errors import AgreementNotFound, CityNotFound, OrganisationNotFound
from exchange_app.partners.models import Plan
from exchange_app.visits.errors import PeriodUnfit
from exchange_app.visits.rules import Period
from exchange_app.web.forms import YEARS, ChoiceField, DateField, FilterForm, RowField
from exchange_app.web.labels import label

ALL = sentence("All")
YEARS_BACK = 10
NARROWING: Mapping[str, type[NotFound]] = {
    "agreement": AgreementNotFound,
    "city": CityNotFound,
    "base": BaseNotFound,
    "school": OrganisationNotFound,
}


class FiguresForm(FilterForm):
    """Days that were typed go before the year and its part. What may not be asked about is not there at all."""

    year = RowField(sentence("Year"), empty=sentence("From and until"))
    part = SelectField(sentence("Quarter or month"), default="")
    since = DateField(sentence("From day"), validators=[Optional()])
    until = DateField(sentence("Until day"), validators=[Optional()])
    agreement = RowField(sentence("Agreement"), empty=ALL)
    city = RowField(sentence("City"), empty=ALL)
    plan = ChoiceField(Plan, sentence("Plan"), empty=ALL)
    base = RowField(sentence("Base"), empty=ALL)
    school = RowField(sentence("School"), empty=ALL)

    def __init__(self, user: User, today: date) -> None:
        super().__init__()
        self.known = list_choices(user)
        self.year.offer((year, year) for year in range(today.year, today.year - YEARS_BACK, -1))
        self.part.choices = _parts()
        self._offer(self.known)
        self.validate()
        for name, missing in NARROWING.items():
            if name in self and self[name].errors:
                raise missing()
        self.period = self._period(today)
        self.scope = self._scope()

    def _offer(self, known: Choices) -> None:
        offers = zip(NARROWING, (known.agreements, known.cities, known.bases, known.schools), strict=True)
        for name, names in offers:
            self[name].offer(names.items())

    def _period(self, today: date) -> Period:
        """This year unless another one, a part of it, or days were named."""
        if self.since.data or self.until.data:
            first, last = self.since.data or date(YEARS[0], 1, 1), self.until.data or today
            if first <= last:
                self.year.data, self.part.data = None, ""
                return Period(first, last)
            self.until.errors = [PeriodUnfit().sentence]
        year = today.year if self.year.errors or not self.year.data else self.year.data
        self.year.data = year
        return part_of_year(year, "" if self.part.errors else self.part.data or "")

    def _scope(self) -> Scope:
        """A co-ordinator sees another city only as far as an agreement goes."""
        city_id, own_city_id = self.city.data, self.known.own_city_id
        if self.agreement.data is None and own_city_id is not None:
            if city_id not in (None, own_city_id):
                self.city.errors = [gettext("Choose an agreement to see the figures of another city.")]
            self.city.data = city_id = own_city_id
        chosen: dict[str, Any] = {
            "agreement_id": self.agreement.data,
            "city_id": city_id,
            "plan": self.plan.data,
            "base_id": self.base.data,
            "school_id": self.school.data,
        }
        return Scope(self.period, **(chosen | dict(self.known.bounds)))

    @property
    def told(self) -> list[str]:
        """What is counted, in words."""
        names = (self.known.agreements, self.known.cities, self.known.bases, self.known.schools)
        chosen = [
            str(named[self[field].data]) for field, named in zip(NARROWING, names, strict=True) if self[field].data
        ]
        plan = [label(self.plan.data)] if self.plan.data else []
        return [words for words in (str(self.known.whose), *chosen, *plan) if words]


def _parts() -> list[tuple[str, str]]:
    quarters = [(f"q{number}", gettext("Quarter %(number)s", number=number)) for number in range(1, 5)]
    months = [(f"m{number}", gettext("Month %(number)s", number=number)) for number in range(1, 13)]
    return [("", gettext("The whole year")), *quarters, *months]


def part_of_year(year: int, part: str) -> Period:
    """``part`` is "", or "q1" to "q4", or "m1" to "m12"."""
    if not part:
        return Period.of_year(year)
    number = int(part[1:])
    first, last = (number, number) if part[0] == "m" else (3 * number - 2, 3 * number)
    return Period.of_months(year, first, last)
