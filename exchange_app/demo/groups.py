"""Groups of the demo: what each did, and when, on its way to where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from exchange_app.bookings import approvals, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.changes import ask_change
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.demo.guardians import hear_guardians, let_guardians_agree
from exchange_app.demo.known import Known
from exchange_app.demo.samples import sample
from exchange_app.demo.trips import answer_survey, arrange_coach, call_the_roll, let_letter_fail
from exchange_app.rosters import service as rosters
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.reading import Reading, read_file

Occurrence = tuple[datetime, Callable[[datetime], None]]

FILLING_IN = timedelta(minutes=25)
ASKED_AGO = timedelta(hours=3)
GUARDIANS_ASKED_AFTER = timedelta(hours=1)
ARRANGED_AGO = timedelta(hours=20)
A_DAY = timedelta(days=1)
NEVER_SUBMITTED = frozenset({BookingState.HELD, BookingState.EXPIRED})
FROM_THE_LIST = frozenset({BookingState.WAITING, BookingState.OFFERED, BookingState.LAPSED})


class Group:
    """One entry of content/bookings.toml, and its booking from the moment it is held."""

    booking: Booking

    def __init__(self, number: int, entry: dict[str, Any], known: Known, today: date) -> None:
        self.number = number
        self.today = today
        self.departure = known.departures[entry["departure"]]
        self.leader = known.people[entry["leader"]]
        self.host = known.host(self.departure.package)
        self.party = Party(entry["pupils"], entry["staff"])
        self.roster: str | None = entry.get("roster")
        self.comment: str = entry.get("comment", "")
        self.ends = BookingState(entry["ends"])
        self._entry = entry
        self._known = known

    def occurrences(self, now: datetime) -> Iterator[Occurrence]:
        held_at = self._held_at(now)
        if self.ends in FROM_THE_LIST:
            yield held_at, self.queue
            return
        yield held_at, self.hold
        if self.ends in NEVER_SUBMITTED:
            return
        submitted_at = held_at + FILLING_IN
        yield submitted_at, self.submit
        if "answered_days" in self._entry:
            answered_at = submitted_at + timedelta(days=self._entry["answered_days"])
            yield answered_at, self._answer
            if "guardians" in self._entry:
                yield answered_at + GUARDIANS_ASKED_AFTER, self._ask_guardians
        if "asks" in self._entry:
            yield now - ASKED_AGO, self._ask
        yield from self._trip(now)

    def _trip(self, now: datetime) -> Iterator[Occurrence]:
        """The day itself, as far as it has come."""
        meets_at = self.departure.meets_at
        if "coach" in self._entry:
            yield now - ARRANGED_AGO, lambda _at: arrange_coach(self.booking)
            if meets_at < now:
                yield meets_at, self._call_the_roll
        if "replies" in self._entry:
            yield meets_at + self._entry["replies_days"] * A_DAY, self._answer_survey
        if "letter_fails" in self._entry:
            yield now - ARRANGED_AGO, lambda at: let_letter_fail(self.booking, at)

    def _held_at(self, now: datetime) -> datetime:
        if "held_minutes_ago" in self._entry:
            return now - timedelta(minutes=self._entry["held_minutes_ago"])
        office_hours = timedelta(minutes=self.number * 37 % 400)
        return self.departure.opens_at + timedelta(days=self._entry["held_days"]) + office_hours

    def hold(self, at: datetime) -> None:
        form = f"demo-{self.number}"
        self.booking = bookings.hold_seats(self.departure, self.party, form_token=form, by=self.leader, now=at)

    @property
    def contact(self) -> Contact:
        return Contact(self.leader.name, self.leader.email, self.leader.phone)

    def queue(self, at: datetime) -> None:
        form = f"demo-{self.number}"
        self.booking = waiting.join_list(
            self.departure, self.party, self.contact, form_token=form, by=self.leader, now=at
        )

    def submit(self, at: datetime) -> None:
        bookings.set_contact(self.booking, self.contact, by=self.leader, now=at)
        self._hand_in_roster(at)
        bookings.submit_booking(self.booking, by=self.leader, now=at)

    def _answer(self, at: datetime) -> None:
        """What the host, or for a cancelled booking the leader, says in the end."""
        if self.ends is BookingState.DECLINED:
            approvals.decline_booking(self.booking, comment=self.comment, by=self.host, now=at)
        elif self.ends is BookingState.CANCELLED:
            bookings.cancel_booking(self.booking, reason=self.comment, by=self.leader, now=at)
        elif self.departure.package.approvals:
            self._approve(at)
            if "document_number" in self.departure.package.asked_fields:  # kept only from now on
                self._hand_in_roster(at)

    def _approve(self, at: datetime) -> None:
        """Everybody whom the package asks agrees, one after the other, as far as the demo says."""
        agreed = self._entry.get("agreed", len(self.booking.approvers))
        for approver in self.booking.approvers[:agreed]:
            person = self._known.approver(approver, self.booking)
            approvals.approve_booking(self.booking, by=person, now=at)

    def _ask_guardians(self, at: datetime) -> None:
        hear = hear_guardians if self._entry["guardians"] == "differ" else let_guardians_agree
        hear(self.booking, self.leader, at)

    def _ask(self, at: datetime) -> None:
        numbers = dict(self._entry["asks"])
        reason = numbers.pop("reason")
        ask_change(self.booking, ChangeKind.PARTY, reason=reason, by=self.leader, now=at, **numbers)

    def _call_the_roll(self, at: datetime) -> None:
        call_the_roll(self.booking, self.leader, at)

    def _answer_survey(self, at: datetime) -> None:
        answer_survey(self.booking, self._entry["replies"], at)

    def _hand_in_roster(self, at: datetime) -> None:
        if self.roster is None:
            return
        asked = asked_of(self.booking)
        rosters.import_roster(self.booking, _read(self.roster, asked, self.today), by=self.leader, now=at)


@cache
def _read(name: str, asked: frozenset[str], today: date) -> Reading:
    """Many groups hand in the same file, and a workbook is read in a process of its own."""
    return read_file(sample(name), name, asked, today=today)
