"""What a letter may refuse."""

from exchange_app.core.errors import Conflict, NotFound
from exchange_app.core.text import sentence


class LetterNotFound(NotFound):
    slug = "letter-not-found"
    words = sentence("There is no such letter.")


class LetterSettled(Conflict):
    """The letter's state does not allow this (any more): another person or a worker was quicker."""

    slug = "letter-settled"
    words = sentence("This cannot be done to the letter in its present state. Reload the page to see where it stands.")


class LetterNotReadable(Conflict):
    slug = "letter-not-readable"
    words = sentence("This letter has not been sent, and what it is about is not there any more.")
