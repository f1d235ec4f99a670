"""What the pages about bookings ask."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import SelectField

from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.service import Contact
from exchange_app.core.text import sentence
from exchange_app.web.forms import (
    ChoiceField,
    EmailField,
    FilterForm,
    Form,
    LongTextField,
    PhoneField,
    Required,
    TextField,
    TranslatedLongField,
)

REASON_LENGTH = 500


class Needed:
    """Marks a field that the command insists on: leaving it empty is refused there, with a sentence of its own."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Everything may pass."""


class ContactForm(Form):
    """Who can be reached about the group; the fields are named as the refusals name them."""

    contact_name = TextField(sentence("Name"), longest=50, validators=[Required()])
    contact_email = EmailField(sentence("E-mail address"), validators=[Required()])
    contact_phone = PhoneField(sentence("Phone"), validators=[Required()])

    @property
    def contact(self) -> Contact:
        return Contact(self.contact_name.data, self.contact_email.data, self.contact_phone.data)


class CancelForm(Form):
    reason = LongTextField(sentence("Reason"), longest=REASON_LENGTH, validators=[Needed()])


class DecisionForm(Form):
    comment = LongTextField(sentence("What the school should know"), longest=REASON_LENGTH)


class CallOffForm(Form):
    reason = TranslatedLongField(sentence("Reason"), longest=REASON_LENGTH, validators=[Needed()])


def _departure_id(typed: str) -> int | None:
    return int(typed) if typed else None


class DeskFilter(FilterForm):
    """Which groups the host looks at; None means any."""

    state = ChoiceField(BookingState, sentence("State"), empty=sentence("Any state"))
    departure = SelectField(sentence("Departure"), coerce=_departure_id)
