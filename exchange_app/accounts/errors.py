"""What accounts may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class SignInFailed(Invalid):
    """The same sentence whether the address is unknown or the password wrong."""

    slug = "sign-in-failed"
    words = sentence("The e-mail address or the password is wrong.")
    field = "password"


class UserNotFound(NotFound):
    slug = "user-not-found"
    words = sentence("There is no such account.")


class EmailTaken(Conflict):
    slug = "email-taken"
    words = sentence("Somebody has an account with this e-mail address already.")
    field = "email"


class PasswordTooShort(Invalid):
    slug = "password-too-short"
    words = sentence("Choose a password of at least %(length)s characters.")
    field = "new_password"


class PasswordWrong(Invalid):
    slug = "password-wrong"
    words = sentence("This is not your present password.")
    field = "password"
