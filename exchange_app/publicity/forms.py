"""What readers look for in the calendar, and what writers, guests and leaders type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from wtforms import SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.forms import NONE, CityField, EditForm, RowField
from exchange_app.catalogue.models import Package
from exchange_app.core.text import sentence
from exchange_app.departures.forms import MonthField
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Agreement, City, Organisation, Plan
from exchange_app.publicity.models import Festival
from exchange_app.publicity.rules import LONGEST_FESTIVAL, Answer, Reckoning, Shows
from exchange_app.publicity.service.campaigns import CampaignTerms, FestivalTerms, MentionTerms
from exchange_app.publicity.service.photos import PhotoTerms
from exchange_app.publicity.service.stories import StoryTerms
from exchange_app.web.formats import date_range
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    LongTextField,
    Required,
    TextField,
    UploadField,
)
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField

MOST_PEOPLE = 9999


class MonthShownField(MonthField):
    """The month that a calendar shows, the present one until another is chosen."""

    data: date | None

    def offer(self, today: date) -> None:
        self.data = self.data or today.replace(day=1)
        super().offer(today)
        self.choices = self.choices[1:]


class CalendarForm(FilterForm):
    month = MonthShownField(sentence("Month"))
    city = CityField(sentence("City"))


class FestivalForm(Form):
    name = TranslatedField(sentence("Name of the festival"), longest=60, validators=[Required()])
    text = TranslatedLongField(sentence("What it is about"), longest=2000)
    reckoning = ChoiceField(Reckoning, sentence("Calendar"), validators=[Required()])
    month = CountField(sentence("Month"), least=1, most=12, validators=[Required()])
    day = CountField(sentence("Day"), least=1, most=31, validators=[Required()])
    days = CountField(
        sentence("Days that it lasts"), least=1, most=LONGEST_FESTIVAL, default=1, validators=[Required()]
    )

    def terms(self) -> FestivalTerms:
        return FestivalTerms(**_values(self, FestivalTerms))


def _values(form: Form, terms: type[Any]) -> dict[str, Any]:
    return {field.name: form[field.name].data for field in fields(terms)}


class CampaignForm(EditForm):
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    text = TranslatedLongField(sentence("Text"), longest=10_000, validators=[Required()])
    place = TranslatedField(sentence("Venue"), longest=120)
    office_id = RowField(sentence("Put on by"), validators=[Required()])
    plan = ChoiceField(Plan, sentence("Plan"), validators=[Required()])
    festival_id = RowField(sentence("Festival"), empty=NONE)
    starts_on = DateField(sentence("First day"), validators=[Required()])
    ends_on = DateField(sentence("Last day"), validators=[Required()])

    def offer(self, offices: Sequence[Organisation], festivals: Sequence[Festival]) -> None:
        self.office_id.offer((office.id, f"{office.city.name} · {office.name}") for office in offices)
        self.festival_id.offer((festival.id, str(festival.name)) for festival in festivals)

    def terms(self) -> CampaignTerms:
        return CampaignTerms(**self.values_for(CampaignTerms))


class LinkForm(Form):
    package_id = RowField(sentence("Package with all its dates"), empty=NONE)
    departure_id = RowField(sentence("A single departure"), empty=NONE)

    def offer(self, packages: Iterable[Package], departures: Iterable[Departure]) -> None:
        self.package_id.offer((one.id, f"{one.host_city.name} · {one.title}") for one in packages)
        self.departure_id.offer(
            (one.id, f"{date_range(one.starts_on, one.ends_on)} · {one.package.title}") for one in departures
        )


class InviteForm(Form):
    city_id = RowField(sentence("City"), validators=[Required()])
    words = LongTextField(sentence("What you write to them"), longest=2000)

    def offer(self, cities: Iterable[City]) -> None:
        self.city_id.offer((city.id, str(city.name)) for city in cities)


class AnswerForm(Form):
    answer = ChoiceField(Answer, sentence("Answer"), validators=[Required()])
    people = CountField(sentence("How many people come"), most=MOST_PEOPLE, default=0)
    words = LongTextField(sentence("What you write to them"), longest=2000)


class AboutForm(Form):
    departure_id = RowField(sentence("About which departure"), validators=[Required()])

    def offer(self, departures: Iterable[Departure]) -> None:
        self.departure_id.offer(
            (one.id, f"{date_range(one.starts_on, one.ends_on)} · {one.package.title}") for one in departures
        )


class StoryForm(EditForm):
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    text = TranslatedLongField(sentence("Text"), longest=20_000, validators=[Required()])

    def terms(self) -> StoryTerms:
        return StoryTerms(self.title.data, self.text.data)


class NewStoryForm(AboutForm, StoryForm):
    """What is asked first is refused first."""


class ReturnForm(Form):
    words = LongTextField(sentence("What has to be mended"), longest=1000, validators=[Required()])


class PhotoForm(Form):
    file = UploadField(sentence("Photo"), validators=[Required()])
    alternative = TranslatedField(sentence("What the photo shows"), longest=200, validators=[Required()])
    credit = TextField(sentence("Who took it, or where it is from"), longest=100, validators=[Required()])

    def terms(self) -> PhotoTerms:
        return PhotoTerms(Shows.NOBODY, None, self.alternative.data, self.credit.data)


class StoryPhotoForm(PhotoForm):
    shows = ChoiceField(Shows, sentence("Who can be recognised"), validators=[Required()])
    booking_id = RowField(sentence("Group of these children"), empty=NONE)

    def offer(self, groups: Iterable[Booking]) -> None:
        self.booking_id.offer((group.id, str(group.school.name)) for group in groups)

    def terms(self) -> PhotoTerms:
        return PhotoTerms(self.shows.data, self.booking_id.data, self.alternative.data, self.credit.data)


class PersonsForm(Form):
    persons = SelectMultipleField(
        sentence("Who can be recognised"),
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, children: Iterable[tuple[str, Any]]) -> None:
        """Their uids and names."""
        self.persons.choices = list(children)


class MentionForm(Form):
    title = TranslatedField(sentence("Title"), longest=150, validators=[Required()])
    medium = TextField(sentence("Newspaper, station or site"), longest=100, validators=[Required()])
    on = DateField(sentence("Published on"), validators=[Required()])
    address = TextField(sentence("Address of the report"), longest=500, validators=[Required()])
    agreement_id = RowField(sentence("Agreement"), empty=NONE, validators=[Optional()])

    def offer(self, agreements: Iterable[Agreement]) -> None:
        self.agreement_id.offer((one.id, str(one.name)) for one in agreements)

    def terms(self) -> MentionTerms:
        return MentionTerms(**_values(self, MentionTerms))
