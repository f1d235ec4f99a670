"""What a booking may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence, sentences


class BookingNotFound(NotFound):
    slug = "booking-not-found"
    words = sentence("There is no such booking.")


class NobodyComes(Invalid):
    slug = "nobody-comes"
    words = sentence("Say how many pupils come: at least one.")
    field = "pupils"


class TooFewAdults(Invalid):
    """``missing`` more adults are needed for ``pupils`` whom nobody accompanies; one may accompany ``per_adult``."""

    slug = "too-few-adults"
    field = "staff"

    def __init__(self, *, missing: int, pupils: int, per_adult: int) -> None:
        super().__init__(missing=missing, pupils=pupils, per_adult=per_adult)
        self.words = sentences(
            "One more adult is needed for %(pupils)s pupils: an adult may accompany %(per_adult)s.",
            "%(missing)s more adults are needed for %(pupils)s pupils: an adult may accompany %(per_adult)s.",
            missing,
            missing=missing,
            pupils=pupils,
            per_adult=per_adult,
        )


class HoldExpired(Conflict):
    slug = "hold-expired"
    words = sentence(
        "The time for filling in this booking ran out and its seats were given back. Register again; "
        "what you typed is kept."
    )


class StepNotAllowed(Conflict):
    """The booking's state does not allow this step (any more)."""

    slug = "step-not-allowed"
    words = sentence("This cannot be done to the booking in its present state. Reload the page to see where it stands.")


class ContactMissing(Invalid):
    slug = "contact-missing"
    words = sentence("Fill in who can be reached about this group before you submit it.")
    field = "contact_name"


class RosterLocked(Conflict):
    slug = "roster-locked"
    words = sentence("The roster can no longer be changed: it was due on %(due)s. Ask the organiser.")


class ReasonMissing(Invalid):
    slug = "cancellation-reason-missing"
    words = sentence("Give a reason; the other side reads it.")
    field = "reason"


class CodeMistyped(Invalid):
    """The check sign does not fit: this says nothing about which codes exist."""

    slug = "code-mistyped"
    words = sentence(
        "This code has a typing error. It has eight letters and digits, such as ABCD-2345, "
        "and no 0, 1, I, L, O, S or U."
    )
    field = "code"


class ProofFailed(Invalid):
    """The same sentence whether the code does not exist or the proof is wrong."""

    slug = "proof-failed"
    words = sentence(
        "The code and the digits do not belong together. Look at the confirmation, or ask the group's leader."
    )
    field = "code"


class NeverFits(Invalid):
    """The departure has ``capacity`` seats in all (or one of its stops has)."""

    slug = "never-fits"
    words = sentence("A group of this size cannot wait: there are %(capacity)s places in all.")
    field = "pupils"


class OfferLapsed(Conflict):
    slug = "offer-lapsed"
    words = sentence(
        "The time for accepting these seats ran out, and they were given back. You may join the list again."
    )


class NotYourDecision(Conflict):
    """It is somebody else's turn, or nobody's."""

    slug = "not-your-decision"
    words = sentence("This group does not wait for your decision (any more).")


class AnsweredMeanwhile(Conflict):
    """The page on which somebody answers showed another turn, or another answer to take back."""

    slug = "answered-meanwhile"
    words = sentence(
        "This was answered or changed meanwhile; the page now shows how it stands. Look at it again before you answer."
    )


class NothingToTakeBack(Conflict):
    slug = "nothing-to-take-back"
    words = sentence("This decision can no longer be taken back: the next one has been made.")


class MoreAreNamed(Conflict):
    """The roster names ``pupils`` pupils and ``staff`` staff."""

    slug = "more-are-named"
    words = sentence(
        "The roster names %(pupils)s pupils and %(staff)s accompanying adults. Remove those who do not come first."
    )
    field = "pupils"


class NamedMeanwhile(Conflict):
    """The roster names ``pupils`` pupils and ``staff`` staff, more than the host is asked to agree to."""

    slug = "named-meanwhile"
    words = sentence(
        "The roster names %(pupils)s pupils and %(staff)s accompanying adults by now. The school has to remove those "
        "who do not come first."
    )


class NothingChanges(Invalid):
    slug = "nothing-changes"
    words = sentence("These are the numbers that the booking has already.")
    field = "pupils"


class HostMustAgree(Conflict):
    """Schools change by themselves until ``until``; later the host has to agree."""

    slug = "host-must-agree"
    words = sentence("This could be changed until %(until)s without asking. Ask the host, with a reason.")
    field = "reason"


class AlreadyAsked(Conflict):
    slug = "already-asked"
    words = sentence("The host has not answered your last request yet.")


class NothingAsked(Conflict):
    slug = "nothing-asked"
    words = sentence("This request was answered or withdrawn meanwhile.")


class OtherPackage(Invalid):
    slug = "other-package"
    words = sentence("A group moves to another date of the same package.")
    field = "departure"


class NoColleague(Invalid):
    slug = "no-colleague"
    words = sentence("Choose a leader of your school.")
    field = "leader"


class ColleagueWithoutPhone(Invalid):
    """The contact of a group can be called; the former leader's number would stand under another name."""

    slug = "colleague-without-phone"
    words = sentence("This colleague has no phone in the account yet and has to add it there first.")
    field = "leader"


class NothingToFollow(Conflict):
    slug = "nothing-to-follow"
    words = sentence("This booking has ended: there is no more to be told about it.")


class TooManyFollowers(Conflict):
    slug = "too-many-followers"
    words = sentence("So many addresses get word of this booking already that no more can be added. Ask the leader.")


class MessageNotFound(NotFound):
    slug = "message-not-found"
    words = sentence("There is no such message.")


class NobodyToWriteTo(Invalid):
    slug = "nobody-to-write-to"
    words = sentence("Nobody would get this message: no group of the departure is in a state that you ticked.")


class TooManyMessages(Conflict):
    """``most`` messages may go to the groups of a departure in a day."""

    slug = "too-many-messages"
    words = sentence(
        "%(most)s messages went to the groups of this departure today; that is as many as a day allows. Write again "
        "tomorrow, or call those who must know at once."
    )


class MessageStopped(Conflict):
    slug = "message-stopped"
    words = sentence("This message was stopped already.")


class NothingToStop(Conflict):
    slug = "nothing-to-stop"
    words = sentence("There is nothing left to stop: no letter of this message is still waiting.")
