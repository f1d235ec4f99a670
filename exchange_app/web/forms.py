"""Forms and fields: what was typed stays, and a sentence beside the field says what is wrong with it.

A form is a subclass of `Form`; `OnceForm` carries a token by which a form sent twice is recognised; `FilterForm` reads
the address. Fields take the words of their label as `sentence("…")`; `Required()` is the validator for what may not be
empty.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import wtforms
from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from exchange_app.core.text import sentence
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.labels import choices_of

CHOOSE = sentence("Choose …")
FILL_IN = sentence("Fill this in.")
CHOOSE_FILE = sentence("Choose a file.")
WHOLE_NUMBER = sentence("Write a whole number in digits, such as 24.")
BETWEEN = sentence("Write a number from %(least)s to %(most)s.")
AMOUNT = sentence("Write an amount in digits, such as 120 or 120.50.")
YEARS = range(2000, 2200)
YEAR = sentence("Write a year from %(first)s to %(last)s.")
DAY_AND_TIME = sentence("Write day and time as in 2027-04-12 09:30.")
EMAIL_ADDRESS = sentence("Write an e-mail address, such as name@school.example.")
PHONE_NUMBER = sentence("Write a phone number in digits, such as 13900001234 or 0771-5550000.")
TOO_LONG = sentence("Write at most %(most)s characters; these are %(written)s.")

# WTForms' own sentences, in ours.
WORDS = {
    "This field is required.": FILL_IN,
    "Not a valid choice.": sentence("Choose one of the list."),
    "Invalid Choice: could not coerce.": sentence("Choose one of the list."),
    "Not a valid integer value.": WHOLE_NUMBER,
    "Not a valid decimal value.": AMOUNT,
    "Not a valid date value.": sentence("Write a date as in 2027-04-12."),
    "Not a valid time value.": sentence("Write a time as in 09:30."),
    "Not a valid datetime value.": DAY_AND_TIME,
    "Number must be at least %(min)s.": sentence("Write a number of at least %(min)s."),
    "Number must be at most %(max)s.": sentence("Write a number of at most %(max)s."),
    "Number must be between %(min)s and %(max)s.": sentence("Write a number from %(min)s to %(max)s."),
    "Field must be at least %(min)d characters long.": sentence("Write at least %(min)d characters."),
    "Field cannot be longer than %(max)d characters.": sentence("Write at most %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": sentence("Write %(min)d to %(max)d characters."),
    "Field must be equal to %(other_name)s.": sentence("The two entries differ."),
    "Invalid email address.": EMAIL_ADDRESS,
}


class Translations:
    """What WTForms asks for its sentences."""

    def gettext(self, words: str) -> str:
        return str(WORDS.get(words, words))

    def ngettext(self, _one: str, many: str, _count: int) -> str:
        return self.gettext(many)


class Form(FlaskForm):
    """``meta={"zone": …}`` names the zone of a form's moments; without it they are in Beijing time."""

    class Meta(FlaskForm.Meta):
        zone = ZoneInfo(HOME_ZONE)

        def get_translations(self, form: Any) -> Translations:
            return Translations()

    @property
    def status(self) -> int:
        """What the page that shows this form answers with: 422 when it was refused."""
        return 422 if self.errors else 200


class FilterForm(Form):
    """What a list is filtered by, from the address; it changes nothing and so needs no token."""

    class Meta(Form.Meta):
        csrf = False

    def __init__(self, **options: Any) -> None:
        super().__init__(request.args, **options)


class Required:
    """The field may not be empty."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if field.errors:  # what was typed could not be read, and that has its own sentence
            raise StopValidation()
        if field.data is None or field.data == "" or field.data == {} or field.data == []:
            raise StopValidation(getattr(field, "missing", FILL_IN))


def clean(text: str | None) -> str:
    """Text as it is kept: composed (NFC), without control characters and what no XML may hold, and without space around
    it."""
    composed = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n")
    return "".join(sign for sign in composed if sign in "\n\t" or _is_text(sign)).strip()


def _is_text(sign: str) -> bool:
    """Feeds, cards and workbooks are XML: one such sign in a title, and nothing of them can be read."""
    return unicodedata.category(sign) not in ("Cc", "Cs") and sign not in "\ufffe\uffff"


class TextField(StringField):
    """One line of at most ``longest`` characters."""

    def __init__(self, label: Any = None, *, longest: int = 200, **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = longest

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = self.read(clean(valuelist[0]))

    def process_data(self, value: str | None) -> None:
        self.data = value or ""

    def read(self, text: str) -> str:
        """What the text means. Raises ValueError with a sentence."""
        return text

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.longest:
            raise StopValidation(str(TOO_LONG) % {"most": self.longest, "written": len(self.data)})

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""


class LongTextField(TextField, TextAreaField):
    """Several lines."""

    def __init__(self, label: Any = None, *, longest: int = 4000, **options: Any) -> None:
        super().__init__(label, longest=longest, **options)


class EmailField(TextField):
    """An address that letters can be sent to; kept in lower case."""

    widget = TextInput(input_type="email")

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, longest=254, **options)

    def read(self, text: str) -> str:
        return read_email(text)


def read_email(text: str) -> str:
    """Raises ValueError with a sentence."""
    if not text:
        return ""
    try:
        found = validate_email(unicodedata.normalize("NFKC", text), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError(EMAIL_ADDRESS) from None
    return str(found.ascii_email).lower()


class PhoneField(TextField):
    """A number that can be dialled: digits, with a `+` or `-` where people write them."""

    widget = TextInput(input_type="tel")

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, longest=30, **options)

    def read(self, text: str) -> str:
        return read_phone(text)


def read_phone(text: str) -> str:
    """Raises ValueError with a sentence."""
    number = re.sub(r"[\s()]+", "", unicodedata.normalize("NFKC", text))
    if number and not re.fullmatch(r"\+?[0-9]+(-[0-9]+)*", number):
        raise ValueError(PHONE_NUMBER)
    if number and not 7 <= sum(sign.isdigit() for sign in number) <= 18:
        raise ValueError(PHONE_NUMBER)
    return number


class AddressField(TextField):
    """An e-mail address or a telephone number, whichever it is."""

    def read(self, text: str) -> str:
        return read_email(text) if "@" in text else read_phone(text)


class TypedField(Field):
    """A value that is typed as text; what cannot be read stays as it was typed."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if valuelist and (text := clean(unicodedata.normalize("NFKC", valuelist[0]))):
            self.data = self.read(text)

    def read(self, text: str) -> Any:
        """What the text means. Raises ValueError with a sentence."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class CountField(TypedField):
    """A whole number from ``least`` to ``most``; full-width digits are digits."""

    def __init__(self, label: Any = None, *, least: int = 0, most: int = 100_000, **options: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"} | options.pop("render_kw", {}), **options)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            raise ValueError(WHOLE_NUMBER)
        if not self.least <= int(text) <= self.most:
            raise ValueError(str(BETWEEN) % {"least": self.least, "most": self.most})
        return int(text)


class MoneyField(TypedField):
    """An amount in yuan as it is typed; its data are minor units (fen)."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "decimal"} | options.pop("render_kw", {}), **options)

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", text):
            raise ValueError(AMOUNT)
        return int(Decimal(text) * 100)

    def write(self, value: int) -> str:
        return f"{Decimal(value) / 100:.2f}".removesuffix(".00")


def _check_year(day: date) -> None:
    """Far years are slips, and what is counted from them leaves the calendar. Raises ValueError with a sentence."""
    if day.year not in YEARS:
        raise ValueError(str(YEAR) % {"first": YEARS[0], "last": YEARS[-1]})


class DateField(wtforms.DateField):
    """A day; None where nothing was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = [text for text in valuelist if text.strip()]
        self.process_data(None)
        super().process_formdata(typed)
        if self.data is not None:
            _check_year(self.data)


class MomentField(TypedField):
    """A day and time in the form's zone; its data are an aware moment in UTC."""

    widget = TextInput(input_type="datetime-local")

    def read(self, text: str) -> datetime:
        try:
            typed = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(DAY_AND_TIME) from None
        if typed.tzinfo is not None or len(text) < len("2027-04-12T09:30"):
            raise ValueError(DAY_AND_TIME)
        _check_year(typed)
        return typed.replace(tzinfo=self.meta.zone).astimezone(UTC)

    def write(self, value: datetime) -> str:
        return f"{value.astimezone(self.meta.zone):%Y-%m-%dT%H:%M}"


class UploadField(FileField):
    """A file from the reader's machine."""

    missing = CHOOSE_FILE


class ChoiceField(SelectField):
    """One value of an enumeration, by its labels; with ``empty`` the words for none, its data may be None."""

    def __init__(self, values: type[StrEnum], label: Any = None, *, empty: Any = None, **options: Any) -> None:
        def choices() -> list[tuple[str, Any]]:
            return [*([("", empty)] if empty is not None else []), *choices_of(values)]

        def coerce(typed: Any) -> StrEnum | None:
            return values(typed) if typed else None

        super().__init__(label, choices=choices, coerce=coerce, **options)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)


class RowField(SelectField):
    """One row of a list, by its id; None where nothing is chosen."""

    def __init__(self, label: Any = None, *, empty: Any = CHOOSE, **options: Any) -> None:
        super().__init__(label, coerce=lambda typed: int(typed) if typed else None, choices=[], **options)
        self.empty = empty

    def offer(self, rows: Iterable[tuple[int, Any]]) -> None:
        """``rows`` are ids and names."""
        self.choices = [("", self.empty), *rows]


class FormTokenField(HiddenField):
    """Names one rendered form, so that the same form sent twice is known for the same."""

    LONGEST = 64

    def __init__(self, **options: Any) -> None:
        super().__init__(default=lambda: secrets.token_urlsafe(16), **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist and valuelist[0]:
            self.data = clean(valuelist[0])[: self.LONGEST]


class OnceForm(Form):
    """A form whose command may be done once only; ``form_token`` goes to the service."""

    form_token = FormTokenField()
