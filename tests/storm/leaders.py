"""A leader who never rests: registers groups, changes, moves, submits and cancels them, in no sensible order."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from tests.bench.browsers import Browser, registration_form

Answer = TypeVar("Answer")

PATIENCE = 20.0  # seconds in which a server that was killed has to answer again
PAUSE = 0.2


@dataclass
class Report:
    """What one leader was told: how often each deed had which status, and which bookings exist and are cancelled."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)

    def count(self, deed: str) -> int:
        """How often it was done."""
        return sum(times for (what, status), times in self.answers.items() if what == deed and status < 400)


def storm(port: int, email: str, departure_ids: Sequence[int], seed: int, until: float) -> Report:
    """For a process of its own; ``until`` is a moment of the clock on the wall."""
    leader = Leader(port, email, departure_ids, random.Random(seed))
    while time.time() < until:
        leader.do_something()
    return leader.report


def patiently(do: Callable[[], Answer]) -> Answer:
    """As somebody does it whose connection breaks: the same once more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)


class Leader:
    def __init__(self, port: int, email: str, departure_ids: Sequence[int], chance: random.Random) -> None:
        self.browser = patiently(lambda: Browser(port, email))
        self.departure_ids = departure_ids
        self.chance = chance
        self.codes: list[str] = []
        self.report = Report()

    def do_something(self) -> None:
        deeds = [self.register] * 6
        if self.codes:
            deeds += [self.change] * 4 + [self.cancel] * 5 + [self.move] * 3 + [self.submit] * 3
            deeds += [self.accept] * 4 + [self.turn_down] + [self.look] * 2
        self.chance.choice(deeds)()

    def register(self) -> None:
        """Holds seats or registers with the roster; where there is no room, queues, mostly."""
        departure = self.chance.choice(self.departure_ids)
        form = registration_form(0, self.chance.randint(5, 25)) | {"form_token": uuid4().hex}
        form["staff"] = str(1 + int(form["pupils"]) // 10)
        if self.chance.random() < 0.7:
            form.pop("register")
            form["hold"] = "yes"
        path = f"/departures/{departure}/register"
        if not self._made(self._post("register", path, form)) and self.chance.random() < 0.8:
            form = {name: value for name, value in form.items() if name not in ("register", "hold", "roster_text")}
            self._made(self._post("queue", path, form | {"queue": "1"}))

    def change(self) -> None:
        pupils = self.chance.randint(4, 24)
        numbers = {"pupils": str(pupils), "staff": str(1 + pupils // 10)}
        self._post("change", f"/bookings/{self._one()}/party", numbers)

    def move(self) -> None:
        departure = str(self.chance.choice(self.departure_ids))
        self._post("move", f"/bookings/{self._one()}/move", {"departure": departure})

    def submit(self) -> None:
        self._post("submit", f"/bookings/{self._one()}/register/send", {})

    def accept(self) -> None:
        self._post("accept", f"/bookings/{self._one()}/accept", {})

    def turn_down(self) -> None:
        self._post("turn down", f"/bookings/{self._one()}/turn-down", {})

    def cancel(self) -> None:
        code = self._one()
        if self._post("cancel", f"/bookings/{code}/cancel", {"reason": "Exams"})[0] < 400:
            self.report.cancelled.add(code)
            self.codes.remove(code)

    def look(self) -> None:
        self._send("look", self.browser.request("GET", f"/bookings/{self._one()}"))

    def _one(self) -> str:
        return self.chance.choice(self.codes)

    def _made(self, answer: tuple[int, bytes]) -> bool:
        """Whether the answer leads to a booking: then it is kept."""
        status, head = answer
        found = re.search(rb"location: /bookings/(\w+)", head, re.IGNORECASE)
        if status >= 400 or found is None:
            return False
        self.codes.append(found[1].decode())
        self.report.made.add(found[1].decode())
        return True

    def _post(self, deed: str, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        return self._send(deed, self.browser.request("POST", path, form))

    def _send(self, deed: str, request: bytes) -> tuple[int, bytes]:
        status, head, body = patiently(lambda: self.browser.send(request))
        self.report.answers[deed, status] += 1
        if status >= 500:
            said = re.sub(rb"<[^>]*>|\s+", b" ", body).decode()
            self.report.faults.append(f"{deed}: {status} {said[-300:]}")
        return status, head
