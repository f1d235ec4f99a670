"""What an account may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class WrongSignIn(Invalid):
    """The same sentence for an unknown address, a wrong password and a closed account."""

    slug = "wrong-sign-in"
    words = sentence("E-mail address and password do not belong together. Look at both; your administrator can help.")


class WrongPassword(Invalid):
    slug = "wrong-password"
    words = sentence("This is not your present password.")
    field = "present_password"


class PasswordTooShort(Invalid):
    slug = "password-too-short"
    words = sentence("A password has at least %(least)s characters. A short sentence is easy to remember.")
    field = "new_password"


class PasswordTooLong(Invalid):
    slug = "password-too-long"
    words = sentence("A password has at most %(most)s characters.")
    field = "new_password"


class PasswordTooPlain(Invalid):
    slug = "password-too-plain"
    words = sentence("This password is too easy to guess. A short sentence is easy to remember.")
    field = "new_password"


class EmailTaken(Conflict):
    slug = "email-taken"
    words = sentence("Somebody with this e-mail address has an account already.")
    field = "email"


class HeadOfNoSchool(Invalid):
    """A head approves the groups of the own school."""

    slug = "head-of-no-school"
    words = sentence("A school head needs an account at the own school. Choose a school.")
    field = "organisation_id"


class BureauNoOffice(Invalid):
    """A bureau approves the groups of the schools of its city."""

    slug = "bureau-no-office"
    words = sentence("Somebody at an education bureau needs an account at its office. Choose an office.")
    field = "organisation_id"


class UserNotFound(NotFound):
    slug = "user-not-found"
    words = sentence("There is no such account.")


class SignInNotFound(NotFound):
    slug = "sign-in-not-found"
    words = sentence("This sign-in has ended already.")


class OwnAccount(Conflict):
    """Whoever keeps the accounts cannot lock themselves out."""

    slug = "own-account"
    words = sentence("This is your own account; another administrator has to do this.")
