"""How a letter's state, its last problem, and what people ask about letters read on pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from exchange_app.core.text import sentence
from exchange_app.outbox.models import Channel, LetterState
from exchange_app.outbox.queries import Asked
from exchange_app.web.labels import Labels, label

LABELS: Labels = {
    LetterState: {
        LetterState.PENDING: sentence("Waiting"),
        LetterState.SENDING: sentence("Being prepared"),
        LetterState.HANDING_OVER: sentence("Being handed over"),
        LetterState.SENT: sentence("Sent"),
        LetterState.SKIPPED: sentence("Not needed any more"),
        LetterState.FAILED: sentence("Failed"),
        LetterState.DOUBTFUL: sentence("In doubt"),
    },
    Channel: {
        Channel.MAIL: sentence("E-mail"),
        Channel.TEXT: sentence("Text message"),
        Channel.ROBOT: sentence("Group robot"),
        Channel.PAGE: sentence("Only here, on your own page"),
    },
    Asked: {
        Asked.DUE: sentence("Due now"),
        Asked.PLANNED: sentence("Planned for later"),
        Asked.UNDER_WAY: sentence("On the way"),
        Asked.RETRYING: sentence("Being retried"),
        Asked.SENT_TODAY: sentence("Sent today"),
        Asked.SKIPPED: sentence("Not needed any more"),
        Asked.FAILED: sentence("Failed"),
        Asked.DOUBTFUL: sentence("In doubt"),
    },
}

# A letter's last problem is kept as a code (`delivery.py`, `transport/`); this is what people read.
PROBLEMS = {
    "stopped by hand": sentence("Somebody decided that it is not to be sent."),
    "the worker ended while handing it over": sentence(
        "The worker ended while it handed the letter over; it may have been accepted."
    ),
    "enough letters for now": sentence("The reader got many letters in a short time; this one waits a while."),
    "gateway: not set up": sentence("No gateway for text messages is set up any more."),
    "the address is no mail address": sentence("The address is no e-mail address."),
    "the address is no phone number": sentence("The address is no telephone number."),
    "the address is no robot": sentence("The address is no group robot that letters can go to."),
}
IN_THE_END = sentence("The mail server broke off at the very end; it may have accepted the letter.")
NOT_MADE = sentence("The letter could not be made; the worker's log says where the mistake is.")
AWAY = {
    "TimeoutError": sentence("The mail server does not answer."),
    "ConnectionRefusedError": sentence("Nothing answers at the mail server's address."),
    "gaierror": sentence("The mail server's name is not known."),
    "SMTPAuthenticationError": sentence("The mail server does not accept the user name and password of this site."),
    "MAIL": sentence("The mail server does not accept the sender of this site."),
}
AWAY_SOMEHOW = sentence("The mail server cannot be used at the moment.")
# RFC 3463: what a refusal is about, whatever its class.
REFUSED = {
    "1.1": sentence("There is no such mailbox."),
    "1.2": sentence("The part of the address after the @ receives no mail."),
    "2.1": sentence("The mailbox is closed."),
    "2.2": sentence("The mailbox is full."),
    "3.4": sentence("The letter is too large for the mail server."),
    "7.1": sentence("The mail server refuses the letter by its own rules."),
}
NOT_TO_THIS_ADDRESS = sentence("The mail server takes no letters for this address.")
NOT_TO_THIS_ADDRESS_NOW = sentence("The mail server takes no letters for this address at the moment.")
NOT_THIS_LETTER = sentence("The mail server does not take this letter.")
NOT_THIS_LETTER_NOW = sentence("The mail server does not take this letter at the moment.")

# Carriers that pass a letter on: what they say where nobody answers, where it breaks off, and where they answered.
PASSED_ON = {
    "gateway": (
        sentence("The gateway for text messages cannot be reached."),
        sentence("The gateway for text messages broke off; it may have accepted the message."),
        sentence("The gateway for text messages answered: %(answer)s"),
    ),
    "robot": (
        sentence("The service of this robot cannot be reached."),
        sentence("The service of this robot broke off; it may have accepted the message."),
        sentence("The service of this robot answered: %(answer)s"),
    ),
}

ON_THE_LINE = re.compile(r"(?P<who>gateway|robot)(?::| (?P<answer>\d{3}( \S+)?)$)")
REFUSAL = re.compile(r"(?P<phase>[A-Za-z]+) (?P<code>\d{3})(?: [245]\.(?P<about>\d+\.\d+))?")


def given_up_in_words(given_up: str) -> list[str]:
    """By which ways a letter was tried in vain, and why, the first first."""
    return [f"{label(Channel(way))} – {_words_for(problem)}" for way, problem in _given_up(given_up)]


def _given_up(given_up: str) -> Iterator[tuple[str, str]]:
    for reason in given_up.split("; "):
        way, _, problem = reason.partition(": ")
        yield way, problem


def problem_in_words(problem: str) -> str:
    """What a problem's code means; a code that nobody knows is shown as it is."""
    return str(_words_for(problem))


def _words_for(problem: str) -> Any:
    if problem in PROBLEMS:
        return PROBLEMS[problem]
    if problem.startswith("mail server: "):
        return AWAY.get(problem.split()[2], AWAY_SOMEHOW)
    if problem == "robot: not asked":
        return NOT_MADE
    if passed_on := ON_THE_LINE.match(problem):
        return _passed_on_in_words(passed_on["who"], passed_on["answer"], "no answer" in problem)
    if "last dot" in problem:
        return IN_THE_END
    if refusal := REFUSAL.fullmatch(problem):
        return _refusal_in_words(refusal["phase"], int(refusal["code"]), refusal["about"])
    return NOT_MADE if problem.isidentifier() else problem


def _refusal_in_words(phase: str, code: int, about: str | None) -> Any:
    if about in REFUSED:
        return REFUSED[about]
    if phase == "RCPT":
        return NOT_TO_THIS_ADDRESS if code >= 500 else NOT_TO_THIS_ADDRESS_NOW
    return NOT_THIS_LETTER if code >= 500 else NOT_THIS_LETTER_NOW


def _passed_on_in_words(who: str, answer: str | None, broke_off: bool) -> Any:
    unreachable, silent, answered = PASSED_ON[who]
    if answer is not None:
        return str(answered) % {"answer": answer}
    return silent if broke_off else unreachable
