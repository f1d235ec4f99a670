"""What the pages about bookings ask.

A booking's page shows several of these forms, so their reasons and comments have an ``id`` of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, SubmitField, ValidationError

from exchange_app.accounts.models import User
from exchange_app.bookings.messages import ADDRESSEES, Text
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.web.formats import date_range
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    EmailField,
    FilterForm,
    Form,
    LongTextField,
    OnceForm,
    PhoneField,
    Required,
    TextField,
)
from exchange_app.web.translated_fields import TranslatedLongField

REASON_LENGTH = 500
MOST_PERSONS = 1_000


def _row_id(typed: str) -> int | None:
    return int(typed) if typed else None


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
    reason = LongTextField(sentence("Reason"), id="cancel-reason", longest=REASON_LENGTH, validators=[Needed()])


class PartyForm(Form):
    """How many come; with ``ask`` the host is asked, who reads the reason."""

    pupils = CountField(sentence("Pupils"), most=MOST_PERSONS, validators=[Required()])
    staff = CountField(sentence("Accompanying adults"), most=MOST_PERSONS, validators=[Required()])
    reason = LongTextField(sentence("Reason"), id="party-reason", longest=REASON_LENGTH, validators=[Needed()])
    ask = SubmitField(sentence("Ask the host"))

    @property
    def party(self) -> Party | None:
        """None where the numbers cannot be read."""
        if self.pupils.data is None or self.staff.data is None:
            return None
        return Party(self.pupils.data, self.staff.data)


class MoveForm(Form):
    """To another date of the package; with ``ask`` the host is asked, who reads the reason."""

    departure = SelectField(sentence("Other date"), coerce=_row_id, validators=[Required()])
    reason = LongTextField(sentence("Reason"), id="move-reason", longest=REASON_LENGTH, validators=[Needed()])
    ask = SubmitField(sentence("Ask the host"))

    def offer(self, departures: Iterable[Departure]) -> None:
        dates = [(one.id, date_range(one.starts_on, one.ends_on)) for one in departures]
        self.departure.choices = [("", sentence("Choose a date")), *dates]


class HandOverForm(Form):
    leader = SelectField(sentence("New leader"), coerce=_row_id, validators=[Required()])

    def offer(self, colleagues: Iterable[User]) -> None:
        self.leader.choices = [("", sentence("Choose a colleague")), *((one.id, one.name) for one in colleagues)]


class RequestForm(Form):
    reason = LongTextField(sentence("Reason"), id="request-reason", longest=REASON_LENGTH, validators=[Needed()])


class WithdrawForm(Form):
    """``asked`` is the request that was shown, by its id."""

    asked = HiddenField(id="asked-request")


class TakeBackForm(Form):
    """``answer`` is the decision that was shown, by its id."""

    answer = HiddenField()
    reason = LongTextField(sentence("Reason"), id="take-back-reason", longest=REASON_LENGTH, validators=[Needed()])


class DecisionForm(Form):
    """``turn`` is the one that was shown, as `approvals.turn_of` names it."""

    turn = HiddenField()
    comment = LongTextField(sentence("What the school should know"), longest=REASON_LENGTH)


class DecideManyForm(Form):
    """About several groups at once; each is named by its code and the turn that was shown, with a space between. With
    ``decline`` the answer is no."""

    groups = SelectMultipleField(sentence("Groups"), choices=[], validate_choice=False)
    comment = LongTextField(
        sentence("What the schools should know"), id="many-comment", longest=REASON_LENGTH, validators=[Needed()]
    )
    decline = SubmitField(sentence("Decline the ticked groups"))

    def validate_groups(self, field: SelectMultipleField) -> None:
        if not self.named:
            raise ValidationError(sentence("Tick at least one group."))

    @property
    def named(self) -> list[tuple[str, str]]:
        """Code and turn of each group."""
        return [(code, turn) for code, _, turn in (name.partition(" ") for name in self.groups.data or ())]


class AnswerForm(Form):
    """The host's answer to what a school asks; ``asked`` is the request that was shown, by its id."""

    asked = HiddenField(id="asked-request")
    comment = LongTextField(sentence("What the school should know"), id="answer-comment", longest=REASON_LENGTH)


class CallOffForm(Form):
    cause = ChoiceField(Cause, sentence("Cause"), empty=sentence("Choose …"), validators=[Required()])
    reason = TranslatedLongField(sentence("Reason"), longest=REASON_LENGTH, validators=[Needed()])


class StateFilter(FilterForm):
    """Which groups of a departure the host looks at; None means any."""

    state = ChoiceField(BookingState, sentence("State"), empty=sentence("Any state"))


class DeskFilter(StateFilter):
    """Which of all groups the host looks at; None means any."""

    departure = SelectField(sentence("Departure"), coerce=_row_id)


class MessageForm(OnceForm):
    """What the host writes and to whom: the ticks are called after the states of ADDRESSEES. With ``test`` it goes to
    the host alone."""

    subject = TextField(sentence("Subject"), longest=120, validators=[Required()])
    words = LongTextField(sentence("Message"), longest=5000, validators=[Required()])
    confirmed = BooleanField(sentence("Confirmed"), default=True)
    submitted = BooleanField(sentence("Waiting for approval"), default=True)
    waiting = BooleanField(sentence("On the waiting list"))
    test = SubmitField(sentence("Send a test to me"))

    @property
    def text(self) -> Text:
        return Text(self.subject.data, self.words.data)

    @property
    def to(self) -> list[BookingState]:
        return [state for state in ADDRESSEES if self[state].data]
