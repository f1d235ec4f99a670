"""What somebody types about an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from wtforms import HiddenField, PasswordField, SelectField
from wtforms.validators import StopValidation

from exchange_app.accounts.ways import offered_channels
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.outbox.errors import RobotAddressUnfit
from exchange_app.outbox.models import Channel
from exchange_app.outbox.transport.robot_addresses import check_robot_address
from exchange_app.web.forms import FILL_IN, ChoiceField, EmailField, Form, PhoneField, Required, TextField
from exchange_app.web.languages import NAMES


class SignInForm(Form):
    email = EmailField(
        sentence("E-mail address"), validators=[Required()], render_kw={"autocomplete": "username webauthn"}
    )
    password = PasswordField(
        sentence("Password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )


class PasskeyForm(Form):
    """What the browser filled in."""

    credential = HiddenField(validators=[Required()])


class Alternative:
    """The field is one of several of which one is needed; which one was, its view finds out."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Any will do."""


class SecondStepForm(Form):
    """One of them."""

    code = TextField(
        sentence("Code that your app shows"),
        longest=20,
        validators=[Alternative()],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    recovery_code = TextField(
        sentence("Recovery code"), longest=80, validators=[Alternative()], render_kw={"autocomplete": "off"}
    )
    credential = HiddenField()


class FirstCodeForm(Form):
    code = TextField(
        sentence("Code that your app shows"),
        longest=20,
        validators=[Required()],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasskeyForm(PasskeyForm):
    name = TextField(
        sentence("Name of the passkey"), longest=50, validators=[Required()], render_kw={"autocomplete": "off"}
    )


class ConfirmForm(Form):
    present_password = PasswordField(
        sentence("Password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )


class ForgottenForm(Form):
    email = EmailField(sentence("E-mail address"), validators=[Required()], render_kw={"autocomplete": "username"})


class NewPasswordForm(Form):
    new_password = PasswordField(
        sentence("New password"), validators=[Required()], render_kw={"autocomplete": "new-password"}
    )


class AddressForm(Form):
    email = EmailField(sentence("New e-mail address"), validators=[Required()], render_kw={"autocomplete": "email"})
    present_password = PasswordField(
        sentence("Present password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )


class PersonForm(Form):
    name = TextField(sentence("Name"), longest=50, validators=[Required()], render_kw={"autocomplete": "name"})
    phone = PhoneField(sentence("Phone"), validators=[Required()], render_kw={"autocomplete": "tel"})
    language = SelectField(
        sentence("Language of pages and letters"), choices=list(NAMES.items()), validators=[Required()]
    )


class ChannelField(ChoiceField):
    """A way for letters that this installation has."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(Channel, label, **options)

    def iter_choices(self) -> Iterator[Any]:
        offered = {"", *offered_channels()}
        return (choice for choice in super().iter_choices() if choice[0] in offered)


class ChannelsForm(Form):
    """``robot`` is needed where it is one of the ways."""

    first = ChannelField(sentence("First"), validators=[Required()])
    second = ChannelField(sentence("If that fails"), empty=sentence("No other way"))
    third = ChannelField(sentence("And then"), empty=sentence("No other way"))
    robot = TextField(sentence("Address of the group robot"), longest=500, render_kw={"autocomplete": "off"})

    def validate_robot(self, field: Any) -> None:
        if field.data:
            try:
                field.data = check_robot_address(field.data)
            except RobotAddressUnfit as refusal:
                raise StopValidation(refusal.sentence) from None
        elif Channel.ROBOT in self.chosen():
            raise StopValidation(str(FILL_IN))

    def chosen(self) -> list[Channel]:
        return [way for way in (self.first.data, self.second.data, self.third.data) if way]


class PasswordForm(Form):
    present_password = PasswordField(
        sentence("Present password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        sentence("New password"), validators=[Required()], render_kw={"autocomplete": "new-password"}
    )


class WorkForm(Form):
    """``organisation_id`` gets its choices from the view."""

    role = ChoiceField(Role, sentence("Role"), validators=[Required()])
    organisation_id = SelectField(sentence("Organisation"), coerce=int, validators=[Required()])


class NewUserForm(PersonForm, WorkForm):
    email = EmailField(sentence("E-mail address"), validators=[Required()], render_kw={"autocomplete": "off"})
