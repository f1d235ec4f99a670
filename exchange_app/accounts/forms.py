"""What somebody types about an account."""

from __future__ import annotations

from wtforms import PasswordField, SelectField

from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.web.forms import ChoiceField, EmailField, Form, PhoneField, Required, TextField
from exchange_app.web.languages import NAMES


class SignInForm(Form):
    email = EmailField(sentence("E-mail address"), validators=[Required()], render_kw={"autocomplete": "username"})
    password = PasswordField(
        sentence("Password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )


class PersonForm(Form):
    name = TextField(sentence("Name"), longest=50, validators=[Required()], render_kw={"autocomplete": "name"})
    phone = PhoneField(sentence("Phone"), validators=[Required()], render_kw={"autocomplete": "tel"})
    language = SelectField(
        sentence("Language of pages and letters"), choices=list(NAMES.items()), validators=[Required()]
    )


class PasswordForm(Form):
    present_password = PasswordField(
        sentence("Present password"), validators=[Required()], render_kw={"autocomplete": "current-password"}
    )
    new_password = PasswordField(
        sentence("New password"), validators=[Required()], render_kw={"autocomplete": "new-password"}
    )


class NewUserForm(PersonForm):
    """``organisation_id`` gets its choices from the view."""

    email = EmailField(sentence("E-mail address"), validators=[Required()], render_kw={"autocomplete": "off"})
    role = ChoiceField(Role, sentence("Role"), validators=[Required()])
    organisation_id = SelectField(sentence("Organisation"), coerce=int, validators=[Required()])
