"""What the pages about rosters ask: the registration of a group, a roster, one person, and the proof for a check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, SubmitField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from exchange_app.bookings.forms import MOST_PERSONS, ContactForm, Needed
from exchange_app.bookings.rules import Party
from exchange_app.core.text import sentence
from exchange_app.rosters.labels import FIELD_WORDS
from exchange_app.rosters.rules import DocumentType, ExportForm, Purpose, Role, Sex, Sheet
from exchange_app.rosters.rules.choices import check_document_type, check_role, check_sex
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.rules.showing import CHOSEN_ONLY
from exchange_app.web.forms import (
    AddressField,
    ChoiceField,
    CountField,
    EmailField,
    Form,
    OnceForm,
    Required,
    TextField,
)
from exchange_app.web.labels import choices_of, label

SPREADSHEETS = ".xlsx,.xls,.ods,.csv,.txt,.tsv"
CELL_LENGTH = 1_000

COLUMN_GONE = sentence("The roster no longer has one of these columns; choose again.")
WHAT_FOR = sentence("Choose what for, or write it.")
NOT_BOTH = sentence("Choose a file or paste the cells, not both.")
FOUR_DIGITS = sentence("Write the last four digits of the phone number.")


class RosterForm(Form):
    """A roster as a file, or as cells pasted out of a spreadsheet. The fields are named as the refusals name them."""

    roster_file = FileField(sentence("Roster file"), render_kw={"accept": SPREADSHEETS})
    roster_text = TextAreaField(  # taken as it is: an empty first cell is a tab at the very beginning
        sentence("Cells copied out of a spreadsheet"), render_kw={"rows": 6, "wrap": "off"}
    )

    def validate_roster_text(self, field: TextAreaField) -> None:
        if self.has_pasted and self.roster_file.data:
            raise StopValidation(NOT_BOTH)

    @property
    def has_pasted(self) -> bool:
        return bool((self.roster_text.data or "").strip())

    @property
    def has_roster(self) -> bool:
        return self.has_pasted or bool(self.roster_file.data)


class GroupForm(ContactForm):
    """Who comes, and whom to reach."""

    pupils = CountField(sentence("Pupils"), most=MOST_PERSONS, validators=[Required()])
    staff = CountField(sentence("Accompanying adults"), most=MOST_PERSONS, validators=[Required()])

    @property
    def party(self) -> Party | None:
        """None where the numbers cannot be read."""
        if self.pupils.data is None or self.staff.data is None:
            return None
        return Party(self.pupils.data, self.staff.data)


class RegisterForm(OnceForm, GroupForm, RosterForm):
    """A group's first step: with ``hold`` its seats are held, with ``queue`` it waits for seats. Without either it is
    registered at once, with the roster if that is at hand."""

    hold = SubmitField(sentence("Hold the seats and go on"))
    queue = SubmitField(sentence("Join the waiting list"))

    @property
    def has_contact(self) -> bool:
        """Whether the contact was asked for where this was sent; a program may hold seats with the numbers alone."""
        return bool(self.contact_name.raw_data)

    def validate(self, extra_validators: Any = None) -> bool:
        if not self.hold.data or self.has_contact:
            return bool(super().validate(extra_validators))
        return all([self.pupils.validate(self), self.staff.validate(self)])


class StepForm(Form):
    """With ``again`` seats whose time ran out are held anew first."""

    again = SubmitField(sentence("Hold the seats again and go on"))


class GroupStepForm(GroupForm, StepForm):
    """The first step again, of a group whose seats are held."""


class RosterStepForm(RosterForm, StepForm):
    """The roster, if it is at hand."""


class FollowForm(Form):
    """Where a family wants word of the booking; with ``stop`` no longer."""

    email = EmailField(sentence("E-mail address"), validators=[Required()])
    follow = SubmitField(sentence("Write to me"))
    stop = SubmitField(sentence("No more letters"))


class FollowByTextForm(FollowForm):
    """The same where text messages can be sent."""

    email = AddressField(sentence("E-mail address or mobile number"), longest=254, validators=[Required()])


class CellField(TextField):
    """One cell of a roster, judged by the roster's own rules."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, longest=CELL_LENGTH, **options)


class WordField(SelectField):
    """One of a few, understood from a school's own words too; "" where they say nothing."""

    def __init__(self, values: type, understand: Callable[[str], Any], label: Any = None, **options: Any) -> None:
        def choices() -> list[tuple[str, Any]]:
            return [("", ""), *choices_of(values)]

        super().__init__(label, choices=choices, validate_choice=False, **options)
        self._understand = understand

    def process_data(self, value: str | None) -> None:
        try:
            self.data = self._understand(value or "") or ""
        except Misfit:
            self.data = ""


class PersonForm(Form):
    """One row of a roster, with every field that a package may ask for.

    The roster's rules judge it. Staff may leave some of the needed fields empty, which the page says.
    """

    role = WordField(Role, check_role, FIELD_WORDS["role"], validators=[Needed()])
    name = CellField(FIELD_WORDS["name"], validators=[Needed()])
    class_name = CellField(FIELD_WORDS["class_name"], validators=[Needed()])
    guardian_name = CellField(FIELD_WORDS["guardian_name"], validators=[Needed()])
    guardian_phone = CellField(FIELD_WORDS["guardian_phone"], validators=[Needed()], render_kw={"inputmode": "tel"})
    second_phone = CellField(FIELD_WORDS["second_phone"], validators=[Needed()], render_kw={"inputmode": "tel"})
    birth_date = CellField(FIELD_WORDS["birth_date"], validators=[Needed()], render_kw={"placeholder": "2013-03-15"})
    sex = WordField(Sex, check_sex, FIELD_WORDS["sex"], validators=[Needed()])
    document_type = WordField(DocumentType, check_document_type, FIELD_WORDS["document_type"], validators=[Needed()])
    document_number = CellField(FIELD_WORDS["document_number"], validators=[Needed()])
    health_note = CellField(FIELD_WORDS["health_note"])
    meal_need = CellField(FIELD_WORDS["meal_need"])

    def ask_only(self, fields: Iterable[str]) -> None:
        for field in set(FIELD_WORDS) - set(fields):
            del self[field]

    @property
    def values(self) -> dict[str, str]:
        return {field: self[field].data or "" for field in FIELD_WORDS if field in self}

    def mark(self, problems: Mapping[str, Iterable[Any]]) -> None:
        """Put what is wrong beside each field; what is about a field that is not shown goes above the form."""
        for field, sentences in problems.items():
            if field in self:
                self[field].errors = [*self[field].errors, *sentences]
            else:
                self.form_errors.extend(sentences)


class PurposeForm(Form):
    """What personal data is needed for: one of the usual things, or in one's own words, which then count."""

    usual_purpose = ChoiceField(Purpose, sentence("What for"), empty=sentence("Something else:"), validators=[Needed()])
    own_purpose = TextField(sentence("In your own words"), longest=200)

    def validate_own_purpose(self, field: TextField) -> None:
        if not field.data and self.usual_purpose.data is None:
            raise StopValidation(WHAT_FOR)

    @property
    def purpose(self) -> str:
        usual = self.usual_purpose.data
        return self.own_purpose.data or (label(usual) if usual else "")


class RevealForm(PurposeForm):
    sheet = RadioField(sentence("What you want to see"), coerce=Sheet, validators=[Required()])

    def offer(self, sheets: Iterable[Sheet]) -> None:
        self.sheet.choices = [(sheet.value, label(sheet)) for sheet in sheets]


class ExportGroupsForm(PurposeForm):
    form = ChoiceField(ExportForm, sentence("As"), default=ExportForm.XLSX, validators=[Required()])


class ColumnsField(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        if not {value for value, *_ in self.choices} >= set(self.data or ()):
            raise StopValidation(COLUMN_GONE)


class ExportRosterForm(ExportGroupsForm):
    columns = ColumnsField(sentence("Columns"))

    def offer(self, columns: Iterable[str]) -> None:
        """A fresh form has those ticked that do little harm where they get lost."""
        self.columns.choices = [(field, FIELD_WORDS[field]) for field in columns]
        if not self.is_submitted():
            self.columns.data = [field for field, _ in self.columns.choices if field not in CHOSEN_ONLY]


class CheckForm(Form):
    code = TextField(sentence("Booking code"), longest=40, validators=[Required()])
    digits = StringField(sentence("Last four digits of the phone"), validators=[Required()])

    def validate_digits(self, field: StringField) -> None:
        if not re.fullmatch(r"[0-9]{4}", self.four_digits):
            raise StopValidation(FOUR_DIGITS)

    @property
    def four_digits(self) -> str:
        return unicodedata.normalize("NFKC", self.digits.data or "").strip()
