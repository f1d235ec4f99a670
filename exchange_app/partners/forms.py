"""What somebody types about a city, a county or an organisation."""

from __future__ import annotations

from zoneinfo import available_timezones

from wtforms import SelectField, ValidationError

from exchange_app.core.text import sentence
from exchange_app.partners.labels import DEPARTMENTS, department_name
from exchange_app.partners.models import Level, OrganisationKind, SupervisionRule
from exchange_app.partners.service import CityTerms, OrganisationTerms
from exchange_app.web.forms import ChoiceField, CountField, Form, PhoneField, Required, TextField, TranslatedField

NONE = sentence("None")
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


class DepartmentField(TextField):
    """Shown and typed in the reader's words; a department that both cities have is kept by its own word."""

    @property
    def suggestions(self) -> list[str]:
        return [str(name) for name in DEPARTMENTS.values()]

    def read(self, text: str) -> str:
        return next((kept for kept, name in DEPARTMENTS.items() if str(name) == text), text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else department_name(self.data)


class OrganisationForm(Form):
    """``city_id`` and ``county_id`` get their choices from the view."""

    name = TranslatedField(sentence("Name of the organisation"), longest=100, validators=[Required()])
    kind = ChoiceField(OrganisationKind, sentence("Kind of organisation"), validators=[Required()])
    city_id = SelectField(sentence("City"), coerce=int, validators=[Required()])
    county_id = SelectField(sentence("County or district"), coerce=lambda typed: int(typed) if typed else None)
    level = ChoiceField(Level, sentence("Level"), empty=NONE)
    department = DepartmentField(sentence("Department"), longest=60)
    phone = PhoneField(sentence("Phone"))
    licence_number = TextField(sentence("Number of the licence (travel agencies)"), longest=60)

    def terms(self) -> OrganisationTerms:
        return OrganisationTerms(
            city_id=self.city_id.data,
            county_id=self.county_id.data,
            kind=self.kind.data,
            level=self.level.data,
            department=self.department.data or None,
            name=self.name.data,
            phone=self.phone.data or None,
            licence_number=self.licence_number.data or None,
        )
