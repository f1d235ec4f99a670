"""What an account may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class WrongSignIn(Invalid):
    """The same sentence for an unknown address, a wrong password and a closed account."""

    slug = "wrong-sign-in"
    words = sentence("E-mail address and password do not belong together. Look at both, or choose a new password.")


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
    words = sentence(
        "This password is easy to guess: it is a common one, or made of names, dates or keys in a row. Four or more "
        "words that do not belong together are hard to guess and easy to remember."
    )
    field = "new_password"


class WrongCode(Invalid):
    """Also for a code that was right once and is used up."""

    slug = "wrong-code"
    words = sentence("This code is wrong or was used already. Wait for the next one that the app shows.")
    field = "code"


class WrongRecoveryCode(Invalid):
    slug = "wrong-recovery-code"
    words = sentence("This is none of your recovery codes, or it was used already.")
    field = "recovery_code"


class PasskeyRefused(Invalid):
    slug = "passkey-refused"
    words = sentence("The passkey could not be used. Try again; if that does not help, use another way.")


class PasskeyKnown(Conflict):
    slug = "passkey-known"
    words = sentence("This passkey is in use already.")


class NothingProven(Invalid):
    slug = "nothing-proven"
    words = sentence("Give a code, a recovery code or a passkey.")


class SecondStepOver(Invalid):
    """It took too long, was tried too often, or was never begun."""

    slug = "second-step-over"
    words = sentence("That took too long or was tried too often. Please sign in again.")


class LastSecondFactor(Conflict):
    slug = "last-second-factor"
    words = sentence("Your role needs a second factor. Add another one before you remove this one.")


class SecondFactorNotFound(NotFound):
    slug = "second-factor-not-found"
    words = sentence("This second factor was removed already.")


class LinkNotFound(NotFound):
    slug = "link-not-found"
    words = sentence("This link was used, replaced by a newer one, or is too old. Ask for a new one.")


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


class CoordinatorNoOffice(Invalid):
    """A co-ordinator speaks for an office of the city."""

    slug = "coordinator-no-office"
    words = sentence("A city co-ordinator works for one of its offices. Choose an office.")
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
