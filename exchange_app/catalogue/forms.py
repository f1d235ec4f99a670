"""What organisers type about bases, menus, activities, packages and itineraries, and what visitors filter menus by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, TimeField, ValidationError

from exchange_app.catalogue.labels import ASKED_FIELDS, SPOKEN, TIMES_ON
from exchange_app.catalogue.models import Approver, BaseKind, Manner, MenuItem, ReminderAbout, ReminderReader
from exchange_app.catalogue.queries import ItemFilter
from exchange_app.catalogue.recipients import RecipientsPart
from exchange_app.catalogue.rules import (
    ASKABLE_FIELDS,
    FIRST_GRADE,
    LAST_GRADE,
    MINUTES_A_DAY,
    MOST_DAYS,
    SPOKEN_LANGUAGES,
    WEEKDAYS,
    make_asks,
    parse_times,
)
from exchange_app.catalogue.terms import (
    MOST_REMINDERS,
    BaseTerms,
    ItemTerms,
    MenuTerms,
    PackageTerms,
    Reminder,
    StopTerms,
    in_order,
    list_mistakes,
)
from exchange_app.core.text import Translated, sentence
from exchange_app.partners.models import City, Plan
from exchange_app.web.formats import grades
from exchange_app.web.forms import (
    CHOOSE,
    FILL_IN,
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    MoneyField,
    PhoneField,
    Required,
    RowField,
    TypedField,
)
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField

NONE = sentence("None")
ANY = sentence("Any")
NOBODY = sentence("Nobody")
TIMES = sentence("Write times as in 09:00, 14:00.")
APPROVES_ALREADY = sentence("This one approves already: choose another, or nobody.")
MOST_DAYS_OF_NOTICE = 365
MOST_REMINDER_DAYS = 30
REMINDER_HOURS = range(8, 21)  # of the host city
EMPTY_ROW = "–"
ABOUT_WHAT = sentence("Choose what it is about, or empty the days too.")
IN_ROW = sentence("Row %(row)s: %(words)s")


class GradeField(SelectField):
    """A grade from 1 to 12; None where nothing is chosen."""

    def __init__(self, label: Any = None, *, empty: Any = CHOOSE, **options: Any) -> None:
        def choices() -> list[tuple[Any, Any]]:
            known = range(FIRST_GRADE, LAST_GRADE + 1)
            return [("", empty), *((grade, grades(grade, grade)) for grade in known)]

        super().__init__(label, coerce=lambda typed: int(typed) if typed else None, choices=choices, **options)


class TimesField(TypedField):
    """Times of a day in one line; its data are as a timetable holds them, or None."""

    def read(self, text: str) -> list[str]:
        try:
            return parse_times(text)
        except ValueError:
            raise ValueError(TIMES) from None

    def write(self, value: Sequence[str]) -> str:
        return ", ".join(value)


class EditForm(Form):
    """A form about something that several people may edit; ``seen`` names what this editor saw."""

    seen = HiddenField()

    def values_for(self, terms: type[Any]) -> dict[str, Any]:
        """What was typed into the fields that the terms name."""
        return {field.name: self[field.name].data for field in fields(terms) if field.name in self}


class BaseForm(EditForm):
    name = TranslatedField(sentence("Name of the base"), longest=100, validators=[Required()])
    kind = ChoiceField(BaseKind, sentence("Kind of place"), validators=[Required()])
    county_id = RowField(sentence("County or district"), empty=NONE)
    operator_id = RowField(sentence("Operator"), empty=NONE)
    description = TranslatedLongField(sentence("Description"), validators=[Required()])
    address = TranslatedField(sentence("Address"), validators=[Required()])
    phone = PhoneField(sentence("Phone"))

    def terms(self) -> BaseTerms:
        return BaseTerms(**self.values_for(BaseTerms) | {"phone": self.phone.data or None})


class MenuForm(EditForm):
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    introduction = TranslatedLongField(sentence("Introduction"))
    season_from = DateField(sentence("Season from"), validators=[Required()])
    season_until = DateField(sentence("Season until"), validators=[Required()])

    def terms(self) -> MenuTerms:
        return MenuTerms(**self.values_for(MenuTerms))


class ItemForm(EditForm):
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    base_id = RowField(sentence("Base"), validators=[Required()])
    plan = ChoiceField(Plan, sentence("Plan"), validators=[Required()])
    manner = ChoiceField(Manner, sentence("Manner"), validators=[Required()])
    description = TranslatedLongField(sentence("Description"), validators=[Required()])
    safety_notes = TranslatedLongField(sentence("Safety notes"))
    minutes = CountField(sentence("Duration in minutes"), least=1, most=MINUTES_A_DAY, validators=[Required()])
    group_min = CountField(sentence("Smallest group"), least=1, most=10_000, validators=[Required()])
    group_max = CountField(sentence("Largest group"), least=1, most=10_000, validators=[Required()])
    slot_capacity = CountField(
        sentence("Persons that one slot takes, all groups together"), least=1, validators=[Required()]
    )
    times_1 = TimesField(TIMES_ON[1])
    times_2 = TimesField(TIMES_ON[2])
    times_3 = TimesField(TIMES_ON[3])
    times_4 = TimesField(TIMES_ON[4])
    times_5 = TimesField(TIMES_ON[5])
    times_6 = TimesField(TIMES_ON[6])
    times_7 = TimesField(TIMES_ON[7])
    grade_from = GradeField(sentence("From grade"), validators=[Required()])
    grade_until = GradeField(sentence("Until grade"), validators=[Required()])
    speaks_zh = BooleanField(SPOKEN["zh"])
    speaks_za = BooleanField(SPOKEN["za"])
    speaks_en = BooleanField(SPOKEN["en"])

    @staticmethod
    def ticks(languages: Iterable[str]) -> dict[str, bool]:
        """The languages in which an activity is held, as the form shows them."""
        return {f"speaks_{language}": language in languages for language in SPOKEN_LANGUAGES}

    @staticmethod
    def times(timetable: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """When an activity begins on each weekday, as the form shows it."""
        return {f"times_{weekday}": times for weekday, times in timetable.items()}

    @property
    def times_fields(self) -> list[TimesField]:
        return [self[f"times_{weekday}"] for weekday in WEEKDAYS]

    def terms(self) -> ItemTerms:
        spoken = [language for language in SPOKEN_LANGUAGES if self[f"speaks_{language}"].data]
        timetable = {
            str(weekday): field.data for weekday, field in zip(WEEKDAYS, self.times_fields, strict=True) if field.data
        }
        return ItemTerms(**self.values_for(ItemTerms), languages=spoken, timetable=timetable)


class ReminderForm(Form):
    """One row of a package's reminders; empty, it is none."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    about = ChoiceField(ReminderAbout, sentence("About"), empty=EMPTY_ROW)
    days = CountField(sentence("Days"), most=MOST_REMINDER_DAYS)
    hour = SelectField(
        sentence("At"), coerce=int, default=9, choices=[(hour, f"{hour:02}:00") for hour in REMINDER_HOURS]
    )
    reader = ChoiceField(ReminderReader, sentence("To"), default=ReminderReader.LEADER, validators=[Required()])

    @property
    def is_empty(self) -> bool:
        return self.about.data is None and self.days.data is None

    def reminder(self) -> Reminder:
        return Reminder(**self.data)

    def validate_about(self, field: ChoiceField) -> None:
        if field.data is None and not field.errors and not self.is_empty:
            raise ValidationError(ABOUT_WHAT)

    def validate_days(self, field: CountField) -> None:
        if field.data is None and not field.errors and not self.is_empty:
            raise ValidationError(FILL_IN)


class RowsField(FieldList):
    """Rows of a table, each a form; its errors name the row."""

    def __init__(self, row: type[Form], label: Any, *, most: int, **options: Any) -> None:
        super().__init__(FormField(row), label, max_entries=most, **options)

    @property
    def rows(self) -> list[Any]:
        return [entry.form for entry in self.entries]

    def validate(self, form: Any, extra_validators: Sequence[Any] = ()) -> bool:
        super().validate(form, extra_validators)
        self.errors = self.errors_of_rows()
        return not self.errors

    def errors_of_rows(self) -> list[str]:
        return [
            str(IN_ROW) % {"row": number, "words": words}
            for number, row in enumerate(self.rows, 1)
            for field in row
            for words in field.errors
        ]


class RemindersField(RowsField):
    """A package's reminders. A sentence stands beside what it is about too."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(ReminderForm, label, most=MOST_REMINDERS, min_entries=MOST_REMINDERS, **options)

    def process(self, formdata: Any, data: Iterable[Any] = (), extra_filters: Any = None) -> None:
        super().process(formdata, in_order(data), extra_filters)

    def reminders(self) -> list[Reminder]:
        return [row.reminder() for row in self.rows if not row.is_empty]

    def validate(self, form: Any, extra_validators: Sequence[Any] = ()) -> bool:
        super().validate(form, extra_validators)
        readable = [row for row in self.rows if not row.is_empty and not row.errors]
        for place, mistake in list_mistakes([row.reminder() for row in readable]):
            about = readable[place].about
            about.errors = [*about.errors, mistake.sentence]
        self.errors = self.errors_of_rows()
        return not self.errors


class PackageForm(RecipientsPart, EditForm):
    title = TranslatedField(sentence("Title"), longest=100, validators=[Required()])
    summary = TranslatedField(sentence("Summary in one or two sentences"), longest=400)
    plan = ChoiceField(Plan, sentence("Plan"), validators=[Required()])
    host_city_id = RowField(sentence("Host city"), validators=[Required()])
    from_city_id = RowField(sentence("For groups from"), empty=sentence("any city"))
    days = CountField(sentence("Days"), least=1, most=MOST_DAYS, validators=[Required()])
    grade_from = GradeField(sentence("From grade"), validators=[Required()])
    grade_until = GradeField(sentence("Until grade"), validators=[Required()])
    description = TranslatedLongField(sentence("Description"))
    included = TranslatedLongField(sentence("What is included"))
    bring = TranslatedLongField(sentence("What to bring"))
    rules = TranslatedLongField(sentence("Rules"))
    price_minor = MoneyField(
        sentence("Price per person in yuan; 0 where families pay nothing"), validators=[Required()]
    )
    price_note = TranslatedField(sentence("What the price covers, or who pays instead"), longest=400)
    approver_1 = ChoiceField(Approver, sentence("Who approves first"), empty=NOBODY)
    approver_2 = ChoiceField(Approver, sentence("Then"), empty=NOBODY)
    approver_3 = ChoiceField(Approver, sentence("And at last"), empty=NOBODY)
    changes_until_days = CountField(
        sentence("Days before the first day until which schools change and cancel by themselves"),
        most=MOST_DAYS_OF_NOTICE,
        description=sentence("Later the organiser has to agree."),
        validators=[Required()],
    )
    persons_per_adult = CountField(
        sentence("Pupils that one adult may accompany"), least=1, most=100, validators=[Required()]
    )
    supervision_basis = TranslatedField(sentence("Basis of this number"), longest=400, validators=[Required()])
    reminders = RemindersField(sentence("Reminders"))
    ask_birth_date = TranslatedField(ASKED_FIELDS["birth_date"])
    ask_sex = TranslatedField(ASKED_FIELDS["sex"])
    ask_document_number = TranslatedField(sentence("Identity document: type and number"))
    ask_health_note = TranslatedField(ASKED_FIELDS["health_note"])
    ask_meal_need = TranslatedField(ASKED_FIELDS["meal_need"])

    @staticmethod
    def reasons(asks: Iterable[Mapping[str, Any]]) -> dict[str, Translated]:
        """Why a package asks for each field, as the form shows it."""
        return {f"ask_{ask['field']}": Translated(ask["reason"]) for ask in asks}

    @staticmethod
    def approvers(approvals: Sequence[str]) -> dict[str, str]:
        """Who approves a package's groups, as the form shows it."""
        return {f"approver_{place}": approver for place, approver in enumerate(approvals, 1)}

    def validate_approver_2(self, field: ChoiceField) -> None:
        self._refuse_twice(field, self.approver_1)

    def validate_approver_3(self, field: ChoiceField) -> None:
        self._refuse_twice(field, self.approver_1, self.approver_2)

    def _refuse_twice(self, field: ChoiceField, *before: ChoiceField) -> None:
        if field.data is not None and field.data in [earlier.data for earlier in before]:
            raise ValidationError(APPROVES_ALREADY)

    def terms(self) -> PackageTerms:
        named = (self.approver_1.data, self.approver_2.data, self.approver_3.data)
        reasons = {field: self[f"ask_{field}"].data for field in ASKABLE_FIELDS}
        values = self.values_for(PackageTerms) | {
            "approvals": [approver.value for approver in named if approver is not None],
            "asks": make_asks(reasons),
            "recipients": self.recipients(),
            "reminders": in_order(self.reminders.reminders()),
        }
        return PackageTerms(**values)


class StopForm(EditForm):
    day = SelectField(sentence("Day"), coerce=int, choices=[], validators=[Required()])
    starts = TimeField(sentence("Begins at"), validators=[Required()])
    menu_item_id = RowField(sentence("Activity"), empty=sentence("No activity: travel, a meal, lodging"))
    minutes = CountField(
        sentence("Duration in minutes"),
        least=1,
        most=MINUTES_A_DAY,
        description=sentence("Leave it empty for the activity's own duration."),
    )
    title = TranslatedField(sentence("Title"), longest=100, description=sentence("Needed where no activity is chosen."))
    note = TranslatedField(sentence("Note"), longest=400)

    def offer(self, *, days: int, items: Sequence[MenuItem]) -> None:
        self.day.choices = [(day, sentence("Day %(day)s", day=day)) for day in range(1, days + 1)]
        self._minutes = {item.id: item.minutes for item in items}
        self.menu_item_id.offer((item.id, f"{item.menu.city.name} · {item.base.name} · {item.title}") for item in items)

    def validate_minutes(self, field: CountField) -> None:
        if field.data is None and not field.errors and self.menu_item_id.data not in self._minutes:
            raise ValidationError(sentence("Say how many minutes this takes."))

    def terms(self) -> StopTerms:
        values = self.values_for(StopTerms)
        return StopTerms(**values | {"minutes": values["minutes"] or self._minutes[values["menu_item_id"]]})


class CityField(SelectField):
    """A city by the name that its addresses have; None means any."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=lambda typed: typed or None, choices=[], **options)

    def offer(self, cities: Iterable[City]) -> None:
        self.choices = [("", ANY), *((city.slug, city.name) for city in cities)]


class ItemFilterForm(FilterForm):
    city = CityField(sentence("City"))
    plan = ChoiceField(Plan, sentence("Plan"), empty=ANY)
    manner = ChoiceField(Manner, sentence("Manner"), empty=ANY)
    grade = GradeField(sentence("Grade"), empty=ANY)

    def wanted(self) -> ItemFilter:
        asked = readable(self)
        return ItemFilter(**{field.name: asked.get(field.name) for field in fields(ItemFilter)})


def readable(form: FilterForm) -> dict[str, Any]:
    """What was asked for and could be read; the rest has its sentence beside the field."""
    form.validate()
    return {field.name: field.data for field in form if not field.errors}
