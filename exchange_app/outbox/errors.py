"""What a letter may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class LetterNotFound(NotFound):
    slug = "letter-not-found"
    words = sentence("There is no such letter.")


class LetterSettled(Conflict):
    """The letter's state does not allow this (any more): another person or a worker was quicker."""

    slug = "letter-settled"
    words = sentence("This cannot be done to the letter in its present state. Reload the page to see where it stands.")


class LetterPurged(Conflict):
    slug = "letter-purged"
    words = sentence(
        "The address and the words of this letter were removed when their time was over. It cannot be sent again."
    )


class LetterNotReadable(Conflict):
    slug = "letter-not-readable"
    words = sentence("This letter has not been sent, and what it is about is not there any more.")


class LetterNotMade(Conflict):
    """Its address is none, or there is a mistake in its words; the worker logs where."""

    slug = "letter-not-made"
    words = sentence("This letter has not been sent, and as it stands it cannot be made.")


class RobotAddressUnfit(Invalid):
    slug = "robot-address-unfit"
    words = sentence(
        "This is no address of a group robot that letters can go to. Copy the whole webhook address of a robot of "
        "WeCom, DingTalk, Feishu, Lark, Slack, Discord or Teams; one of Telegram is written tgram://token/chat."
    )
