"""Robots of chat groups, through the library Apprise: the letter's title and its link, and no more.

Of Apprise comes what each service's request looks like. How it went is not asked of Apprise, which says only yes or no
and yes to what WeCom and DingTalk refuse: its request passes through our hands (`robot_requests.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchange_app.outbox.errors import RobotAddressUnfit
from exchange_app.outbox.transport.carrier import LONGEST_SHORT_WORDS, Envelope, Refused
from exchange_app.outbox.transport.robot_addresses import check_robot_address


@dataclass(frozen=True, slots=True)
class RobotPatience:
    """Seconds to wait for a connection, for the service to say something, and for its whole answer."""

    connect: float = 10
    answer: float = 20
    whole: float = 40


class Robots:
    def __init__(self, patience: RobotPatience | None = None) -> None:
        self._patience = patience or RobotPatience()

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        """Raises AddressAway, which is a refusal for now, and never CarrierAway: each address has a host of its own."""
        try:
            address = check_robot_address(envelope.recipient)
        except RobotAddressUnfit:
            raise Refused("the address is no robot", is_final=True) from None
        # Only who hands something over pays for Apprise: 11 MB and half a second.
        from exchange_app.outbox.transport.robot_requests import tell

        tell(address, envelope.short.within(LONGEST_SHORT_WORDS, "\n"), before_last_dot, self._patience)

    def close(self) -> None:
        pass
