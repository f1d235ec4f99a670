"""What somebody types about a city, a county, a department or an organisation, and what they look for."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

from wtforms import SelectField, ValidationError

from exchange_app.core.text import sentence
from exchange_app.partners.models import City, Level, OrganisationKind, SupervisionRule
from exchange_app.partners.service import CityTerms, OrganisationTerms
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    FilterForm,
    Form,
    PhoneField,
    Required,
    RowField,
    TextField,
)
from exchange_app.web.translated_fields import TranslatedField

NONE = sentence("None")
ALL_CITIES = sentence("All cities")
LAST_TILE = 11


class CityForm(Form):
    name = TranslatedField(sentence("Name of the city"), longest=60, validators=[Required()])
    code = TextField(sentence("Code (GB/T 2260)"), longest=6, validators=[Required()])
    slug = TextField(sentence("Short name in addresses"), longest=60, validators=[Required()])
    time_zone = SelectField(
        sentence("Time zone"), choices=sorted(available_timezones()), default="Asia/Shanghai", validators=[Required()]
    )
    supervision = ChoiceField(
        SupervisionRule,
        sentence("Too few accompanying adults"),
        default=SupervisionRule.BLOCK,
        validators=[Required()],
    )

    def terms(self) -> CityTerms:
        return CityTerms(
            code=self.code.data,
            slug=self.slug.data,
            name=self.name.data,
            time_zone=self.time_zone.data,
            supervision=self.supervision.data,
        )


class CountyForm(Form):
    name = TranslatedField(sentence("Name of the county or district"), longest=60, validators=[Required()])
    code = TextField(sentence("Code (GB/T 2260)"), longest=6, validators=[Required()])
    map_x = CountField(sentence("Column on the map, from the west"), most=LAST_TILE)
    map_y = CountField(sentence("Row on the map, from the north"), most=LAST_TILE)

    def validate_map_y(self, field: CountField) -> None:
        if not field.errors and not self.map_x.errors and (field.data is None) != (self.map_x.data is None):
            raise ValidationError(sentence("Write both the column and the row, or neither."))

    @property
    def place(self) -> tuple[int, int] | None:
        """On the map, if it has one."""
        if self.map_x.data is None or self.map_y.data is None:
            return None
        return self.map_x.data, self.map_y.data


class OrganisationForm(Form):
    """``city_id``, ``county_id`` and ``department_id`` get their choices from the view."""

    name = TranslatedField(sentence("Name of the organisation"), longest=100, validators=[Required()])
    kind = ChoiceField(OrganisationKind, sentence("Kind of organisation"), validators=[Required()])
    city_id = SelectField(sentence("City"), coerce=int, validators=[Required()])
    county_id = RowField(sentence("County or district"), empty=NONE)
    level = ChoiceField(Level, sentence("Level"), empty=NONE)
    department_id = RowField(sentence("Department"), empty=NONE)
    phone = PhoneField(sentence("Phone"))
    licence_number = TextField(sentence("Number of the licence (travel agencies)"), longest=60)

    def terms(self) -> OrganisationTerms:
        return OrganisationTerms(
            city_id=self.city_id.data,
            county_id=self.county_id.data,
            kind=self.kind.data,
            level=self.level.data,
            department_id=self.department_id.data,
            name=self.name.data,
            phone=self.phone.data or None,
            licence_number=self.licence_number.data or None,
        )


class DepartmentNameForm(Form):
    name = TranslatedField(sentence("Name of the department"), longest=60, validators=[Required()])


class DepartmentForm(DepartmentNameForm):
    slug = TextField(sentence("Short name"), longest=60, validators=[Required()])


class OfficeFilterForm(FilterForm):
    city = SelectField(sentence("City"), choices=[], default="")
    words = TextField(sentence("Office, county or department"), longest=60)

    def offer(self, cities: Sequence[City]) -> None:
        self.city.choices = [("", ALL_CITIES), *((city.slug, city.name) for city in cities)]

    def wanted(self) -> tuple[str, str]:
        """The short name of the city and the words looked for; what cannot be read filters nothing."""
        self.validate()
        return "" if self.city.errors else self.city.data, "" if self.words.errors else self.words.data
