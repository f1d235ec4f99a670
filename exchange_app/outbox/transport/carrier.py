"""What every way out has in common: what is handed over, and how what goes wrong is sorted.

Nobody can know whether a server that fell silent after the last byte of a message has taken it. So the sender is told
right before those bytes (`before_last_dot`, after the dot that ends a mail), and every trouble is one of what is known:
nothing was handed over (CarrierAway), the other side refused (Refused), or it may have accepted (Unsure). All of them
carry codes only: the words of a server like to repeat the address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LONGEST_SHORT_WORDS = 500


class CarrierAway(Exception):
    """The carrier cannot be used now; nothing was handed over, and it is not the letter's fault."""


class Unsure(Exception):
    """The other side fell silent at the very end: it may have accepted the message or not."""


class Refused(Exception):
    """The other side does not take this message (to this recipient): now, or ever if ``is_final``."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.is_final = is_final


class AddressAway(Refused):
    """What stands behind this one address cannot be reached; nothing was handed over. Other addresses of the carrier
    may well be reachable, so this letter rests and no other."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, is_final=False)


@dataclass(frozen=True, slots=True)
class ShortWords:
    """What a letter is where there is room for one sentence, or where no name may pass: a title and a link."""

    title: str
    link: str

    def within(self, longest: int, separator: str) -> str:
        """Both in at most ``longest`` characters; what is too long is cut from the title, never from the link."""
        room = longest - len(separator) - len(self.link)
        if len(self.title) > room:
            title = self.title[: max(room - 1, 0)].rstrip()
            return f"{title}…{separator}{self.link}" if title else self.link
        return f"{self.title}{separator}{self.link}" if self.title else self.link


@dataclass(frozen=True, slots=True)
class Envelope:
    """``key`` is the same for the same letter however often it is tried; ``content`` is the whole letter as a mail
    message, ``short`` what a carrier gets that passes it to a third party."""

    sender: str
    recipient: str
    key: str
    content: bytes
    short: ShortWords


class Carrier(Protocol):
    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        """Returns when the message was accepted. ``before_last_dot`` is called when it is about to become doubtful
        whether it was; if it raises, the message was not handed over. Raises CarrierAway, Refused or Unsure."""

    def close(self) -> None:
        """Say goodbye; the carrier may be used again."""


class NoGateway:
    """A channel that is not set up (any more): what still waits for it takes another way, or waits on."""

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        raise CarrierAway("gateway: not set up")

    def close(self) -> None:
        pass


class Mailbox:
    """Without a mail server a letter is delivered by being kept with its row, where the mailbox page shows it."""

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        """Nothing leaves the database, so that nothing is ever doubtful."""

    def close(self) -> None:
        pass
