"""What the pages of the help desk ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField
from wtforms.validators import Optional, StopValidation

from exchange_app.catalogue.models import Publication
from exchange_app.core.text import sentence
from exchange_app.helpdesk.rules import MOST_ANSWER_DAYS, SAID_BY_OFFICES, Outcome, Show, Topic
from exchange_app.partners.models import City, Department, Organisation
from exchange_app.web.forms import (
    AddressField,
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    LongTextField,
    OnceForm,
    Required,
    RowField,
    TextField,
)
from exchange_app.web.labels import label
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField

LONGEST = 2000
WORDS_WIDE = {"rows": 6}
ANY_TOPIC = sentence("All topics")
ANY_PLACE = sentence("All places")
NO_CITY = sentence("I do not say")
HOME_MISSING = sentence("Choose your home city too: without it nobody there can be told.")
HOME_IS_HERE = sentence("You ask for help in your home city: there is no other office to tell. Take this tick out.")
WHOLE_CITY = sentence("%(city)s: the whole city, or I do not know")

Places = Mapping[str, tuple[int, int | None]]  # by the value of a choice: a city, and a county of it or None


def choices_of_places(cities: Sequence[City]) -> dict[str, list[tuple[str, str]]]:
    """The cities as groups, in each the whole of it and its counties."""
    return {
        str(city.name): [
            (f"city-{city.id}", str(WHOLE_CITY) % {"city": city.name}),
            *((f"county-{county.id}", str(county.name)) for county in city.counties),
        ]
        for city in cities
    }


def places_of(cities: Sequence[City]) -> Places:
    whole = {f"city-{city.id}": (city.id, None) for city in cities}
    return {**whole, **{f"county-{county.id}": (city.id, county.id) for city in cities for county in city.counties}}


class LookForm(FilterForm):
    """What a visitor looks for."""

    topic = ChoiceField(Topic, sentence("Topic"), empty=ANY_TOPIC)
    place = SelectField(sentence("City or county"), choices=[])
    q = TextField(sentence("Words"), longest=100)

    def __init__(self, cities: Sequence[City]) -> None:
        super().__init__()
        self.place.choices = {"": [("", str(ANY_PLACE))], **choices_of_places(cities)}
        self.places = places_of(cities)

    @property
    def wanted_place(self) -> tuple[int | None, int | None]:
        return self.places.get(self.place.data, (None, None))


class AskForm(OnceForm):
    topic = RadioField(
        sentence("What do you need help with?"), coerce=Topic, validate_choice=False, validators=[Required()]
    )
    place = SelectField(sentence("Where do you want help?"), validators=[Required()])
    words = LongTextField(sentence("Your question"), longest=LONGEST, render_kw={"rows": 8}, validators=[Required()])
    contact = AddressField(sentence("Your phone or e-mail address"), longest=254, validators=[Required()])
    home_city_id = RowField(sentence("Your home city"), empty=NO_CITY)
    is_home_told = BooleanField(sentence("Also tell the office of the same kind in my home city"))

    def __init__(self, cities: Sequence[City]) -> None:
        super().__init__()
        self.topic.choices = [(topic.value, label(topic)) for topic in Topic]
        self.place.choices = {"": [("", str(sentence("Choose a place")))], **choices_of_places(cities)}
        self.places = places_of(cities)
        self.home_city_id.offer((city.id, city.name) for city in cities)

    def validate_is_home_told(self, field: BooleanField) -> None:
        if field.data and not self.home_city_id.data:
            raise StopValidation(HOME_MISSING)
        if field.data and self.home_city_id.data == self.places.get(self.place.data, (None, None))[0]:
            raise StopValidation(HOME_IS_HERE)


class OpenForm(Form):
    """``words`` are what somebody was adding to their request when they had to open it once more."""

    words = HiddenField()
    code = TextField(sentence("Code"), longest=40, validators=[Required()])
    pin = PasswordField(sentence("PIN"), validators=[Required()])


class AddForm(Form):
    words = LongTextField(sentence("Add something"), longest=LONGEST, render_kw=WORDS_WIDE, validators=[Required()])


class AnswerForm(Form):
    words = LongTextField(sentence("Answer"), longest=LONGEST, render_kw=WORDS_WIDE, validators=[Required()])


class NoteForm(Form):
    words = LongTextField(
        sentence("Note to the office that answers"), longest=LONGEST, render_kw=WORDS_WIDE, validators=[Required()]
    )


class PassOnForm(Form):
    office_id = RowField(sentence("To which office"), empty=sentence("Choose an office"), validators=[Required()])
    words = LongTextField(sentence("Why"), longest=500, render_kw={"rows": 2}, validators=[Required()])

    def __init__(self, offices: Sequence[Organisation], **options: Any) -> None:
        super().__init__(**options)
        self.office_id.offer((one.id, one.name) for one in offices)


class CloseForm(Form):
    outcome = SelectField(sentence("How it ended"), coerce=str, validators=[Required()])
    words = LongTextField(sentence("A last word to the person"), longest=500, render_kw={"rows": 2})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.outcome.choices = [(outcome.value, label(outcome)) for outcome in SAID_BY_OFFICES]

    @property
    def chosen(self) -> Outcome:
        return Outcome(self.outcome.data)


class DeskForm(FilterForm):
    """Which requests an office looks at."""

    show = ChoiceField(Show, sentence("Show"), default=Show.WAITING)
    topic = ChoiceField(Topic, sentence("Topic"), empty=ANY_TOPIC)


class GuideForm(Form):
    topic = ChoiceField(Topic, sentence("Topic"), validators=[Required()])
    office_id = SelectField(sentence("Office that keeps it"), coerce=int, validators=[Required()])
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    body = TranslatedLongField(sentence("Text"), longest=8000, validators=[Required()])
    links = LongTextField(sentence("Web addresses"), longest=1000, render_kw={"rows": 3})
    valid_until = DateField(sentence("Holds until"), validators=[Optional()])
    publication = ChoiceField(Publication, sentence("State"), default=Publication.DRAFT, validators=[Required()])
    seen = HiddenField()

    def __init__(self, offices: Sequence[Organisation], **options: Any) -> None:
        super().__init__(**options)
        self.office_id.choices = [(office.id, office.name) for office in offices]

    @property
    def addresses(self) -> list[str]:
        return [line.strip() for line in self.links.data.splitlines() if line.strip()]


class OfficeForm(Form):
    address = TranslatedField(sentence("Address"), longest=200)
    hours = TranslatedField(sentence("Office hours"), longest=200)


class TopicForm(Form):
    """Who answers one topic."""

    department_id = RowField(sentence("Department"), empty=sentence("Choose a department"), validators=[Required()])
    answer_days = CountField(
        sentence("Working days for a first answer"), least=1, most=MOST_ANSWER_DAYS, validators=[Required()]
    )

    def __init__(self, departments: Sequence[Department], **options: Any) -> None:
        super().__init__(**options)
        self.department_id.offer((one.id, one.name) for one in departments)

    @property
    def answering(self) -> tuple[int, int]:
        return self.department_id.data, self.answer_days.data or 1
