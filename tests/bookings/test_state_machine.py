"""Promise 2: seats are fair. Whatever schools, hosts and the passing of time do, in any order, the promises hold.

Hypothesis makes up the order, on both engines, and shrinks what breaks to the fewest steps. The published rule is
written down a second time in `published_rule.py`; after every step each offer is compared with what it says. To look
longer, raise the two numbers of SEARCH; ``steps`` matter more than ``examples``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, changes, holding, queries, waiting
from exchange_app.bookings import errors as refused
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Stop
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments, errors, slots
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Allotment, Departure, Slot
from exchange_app.departures.rules import Cause
from exchange_app.partners.models import Organisation
from exchange_app.rosters.service import lock_rosters
from tests.bookings.published_rule import Group, Picture, contradictions, look, next_offer
from tests.builders import NOW, both, make_city, make_departure, make_organisation, make_package, make_user

SEARCH = {"max_examples": 40, "stateful_step_count": 30}  # about a minute on each engine

CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")

# What a group may hear that asks for seats, because of the seats themselves or of the registration.
NO_SEATS = (errors.SoldOut, errors.NotEnoughSeats, errors.SlotFull, errors.GroupsWaiting)
CLOSED = (errors.NotTakingRegistrations, errors.SlotClosed)
NO_REGISTRATION = (*CLOSED, errors.RegistrationOver, errors.NotOpenYet, errors.DepartureNotFound)
TOO_LATE = (refused.HoldExpired, refused.OfferLapsed, refused.HostMustAgree)

which = st.integers(0, 40)  # one of however many there are
parties = st.builds(Party, st.integers(1, 7), st.integers(1, 2))


class Seats(RuleBasedStateMachine):
    """Five departures of two packages. Three of them share one slot, two another; each has room for a few groups."""

    def __init__(self) -> None:
        super().__init__()
        empty_tables()
        self.now = NOW
        self.is_worker_late = False
        self.passes: dict[int, int] = {}
        self.awaited: set[tuple[int, int]] = set()  # group, pool: who lacked what when the worker looked last
        with transaction():
            self._build()
        db.session.remove()
        self.before = look()

    def _build(self) -> None:
        city, guests = make_city(), make_city()
        schools = [make_organisation(city), make_organisation(guests), make_organisation(guests)]
        self.leaders = [make_user(school, Role.LEADER).id for school in schools]
        self.schools = [school.id for school in schools]
        museum = make_package(host_city=city, slot_capacity=16, approvals=["school_head", "host"])
        village = make_package(host_city=city, organiser=museum.organiser, slot_capacity=9)
        village.stops.append(
            Stop(menu_item=museum.stops[0].menu_item, day=1, starts=time(9), minutes=60, title=both(""), note=both(""))
        )
        self.admin = make_user(museum.organiser, Role.ADMINISTRATOR).id
        day = timedelta(days=1)
        self.departures = [
            make_departure(package, capacity=capacity, now=NOW + later, opens_at=NOW - day, closes_at=NOW + closes).id
            for package, capacity, later, closes in (
                (museum, 10, 0 * day, 20 * day),
                (museum, 8, 0 * day, 18 * day),
                (museum, 12, 1 * day, 20 * day),
                (village, 10, 0 * day, 19 * day),
                (village, 12, 1 * day, 20 * day),
            )
        ]

    # ------------------------------------------------------------------------------------------------ groups, newcomers

    @rule(departure=which, leader=which, party=parties)
    def hold(self, departure: int, leader: int, party: Party) -> None:
        departure_id, by = pick(self.departures, departure), self._user(pick(self.leaders, leader))
        expected = self._would_be_held(departure_id, by, party)
        with self._step(*NO_SEATS, *NO_REGISTRATION) as step:
            to = self._departure(departure_id)
            bookings.hold_seats(to, party, form_token=self._form(), by=by, now=self.now)
        assert expected is None or step.is_done == expected, (step.refusal, self.before)

    def _would_be_held(self, departure_id: int, by: User, party: Party) -> bool | None:
        """Whether a newcomer gets seats; None where holds that ran out, or a worker that is late, leave it open."""
        picture, there = self.before, self.before.departures[departure_id]
        ran_out = {
            pool
            for group in picture.groups.values()
            if group.hold_ends_at is not None and group.hold_ends_at <= self.now
            for pool in picture.claims.get(group.id, {})
        }
        needed = picture.from_the_open(departure_id, by.organisation_id, by.organisation.city_id, party.persons)
        if self.is_worker_late or ran_out & there.pools:
            return None
        if not (there.state == "open" and there.opens_at <= self.now < there.closes_at):
            return False
        if needed == 0:
            return True
        is_free = all(picture.pools[pool].is_open and picture.pools[pool].free >= needed for pool in there.pools)
        return is_free and not any(pool in there.pools for _, pool in picture.lacked(self.now))

    @rule(departure=which, leader=which, party=parties)
    def queue(self, departure: int, leader: int, party: Party) -> None:
        departure_id, by = pick(self.departures, departure), self._user(pick(self.leaders, leader))
        with self._step(*NO_REGISTRATION, refused.NeverFits):
            to = self._departure(departure_id)
            waiting.join_list(to, party, CONTACT, form_token=self._form(), by=by, now=self.now)

    @precondition(lambda self: self._ids("held"))
    @rule(one=which)
    def submit(self, one: int) -> None:
        with self._step(refused.HoldExpired):
            booking, by = self._booking(self._ids("held"), one)
            bookings.set_contact(booking, CONTACT, by=by, now=self.now)
            bookings.submit_booking(booking, by=by, now=self.now)

    @precondition(lambda self: self._ids("held", "expired"))
    @rule(one=which, party=parties)
    def hold_again(self, one: int, party: Party) -> None:
        with self._step(*NO_SEATS, *NO_REGISTRATION):
            booking, by = self._booking(self._ids("held", "expired"), one)
            holding.hold_again(booking, party, by=by, now=self.now)

    @precondition(lambda self: self._ids("offered"))
    @rule(one=which, is_yes=st.booleans())
    def answer_offer(self, one: int, is_yes: bool) -> None:
        with self._step(refused.OfferLapsed):
            booking, by = self._booking(self._ids("offered"), one)
            (waiting.accept_offer if is_yes else waiting.turn_down_offer)(booking, by=by, now=self.now)

    @precondition(lambda self: self._ids("waiting"))
    @rule(one=which, party=parties)
    def change_waiting(self, one: int, party: Party) -> None:
        with self._step(refused.NeverFits, refused.NothingChanges):
            booking, by = self._booking(self._ids("waiting"), one)
            waiting.change_waiting(booking, party, by=by, now=self.now)

    @precondition(lambda self: self.before.groups)
    @rule(one=which, party=parties)
    def change_party(self, one: int, party: Party) -> None:
        with self._step(refused.StepNotAllowed, refused.NothingChanges, *TOO_LATE, *NO_SEATS, *CLOSED):
            booking, by = self._booking(sorted(self.before.groups), one)
            changes.change_party(booking, party, by=by, now=self.now)

    @precondition(lambda self: self._ids("submitted", "confirmed"))
    @rule(one=which, to=which)
    def move(self, one: int, to: int) -> None:
        allowed = (refused.StepNotAllowed, refused.OtherPackage, *TOO_LATE, *NO_SEATS, *NO_REGISTRATION)
        with self._step(*allowed):
            booking, by = self._booking(self._ids("submitted", "confirmed"), one)
            changes.move_booking(booking, self._departure(pick(self.departures, to)), by=by, now=self.now)

    @precondition(lambda self: self.before.groups)
    @rule(one=which)
    def cancel(self, one: int) -> None:
        with self._step(refused.StepNotAllowed, *TOO_LATE):
            booking, by = self._booking(sorted(self.before.groups), one)
            bookings.cancel_booking(booking, reason="Exams", by=by, now=self.now)

    # ---------------------------------------------------------------------------------------------------------- hosts

    @precondition(lambda self: self._ids("submitted"))
    @rule(one=which, is_yes=st.booleans())
    def decide(self, one: int, is_yes: bool) -> None:
        with self._step():
            booking, by = self._booking(self._ids("submitted"), one, by=self.admin)
            decide = approvals.approve_booking if is_yes else approvals.decline_booking
            decide(booking, comment="Seen", by=by, now=self.now)

    @precondition(lambda self: self._ids("submitted", "confirmed", "declined"))
    @rule(one=which)
    def take_back(self, one: int) -> None:
        with self._step(refused.NothingToTakeBack, *NO_SEATS, *CLOSED):
            booking, by = self._booking(self._ids("submitted", "confirmed", "declined"), one, by=self.admin)
            approvals.take_back(booking, reason="Mistaken", by=by, now=self.now)

    @precondition(lambda self: self._ids("submitted", "confirmed"))
    @rule(
        one=which, to=which, party=parties, kind=st.sampled_from((ChangeKind.PARTY, ChangeKind.MOVE, ChangeKind.CANCEL))
    )
    def ask(self, one: int, to: int, party: Party, kind: ChangeKind) -> None:
        facts = {
            ChangeKind.PARTY: {"pupils": party.pupils, "staff": party.staff},
            ChangeKind.MOVE: {"departure_id": pick(self.departures, to)},
            ChangeKind.CANCEL: {},
        }
        with self._step(refused.AlreadyAsked):
            booking, by = self._booking(self._ids("submitted", "confirmed"), one)
            changes.ask_change(booking, kind, reason="Exams", by=by, now=self.now, **facts[kind])

    @precondition(lambda self: self.before.groups)
    @rule(one=which)
    def grant(self, one: int) -> None:
        allowed = (refused.NothingAsked, refused.NothingChanges, refused.OtherPackage, refused.StepNotAllowed)
        with self._step(*allowed, *NO_SEATS, *NO_REGISTRATION):
            booking, by = self._booking(sorted(self.before.groups), one, by=self.admin)
            changes.grant_change(booking, by=by, now=self.now)

    @rule(departure=which, count=st.integers(1, 6), holder=which, is_citys=st.booleans(), days=st.integers(1, 18))
    def set_aside(self, departure: int, count: int, holder: int, is_citys: bool, days: int) -> None:
        with self._step(errors.ReleaseOutsideRegistration, *NO_SEATS, *CLOSED):
            school = db.session.get_one(Organisation, pick(self.schools, holder))
            allotments.set_aside(
                self._departure(pick(self.departures, departure), is_public=False),
                count,
                city=school.city if is_citys else None,
                school=None if is_citys else school,
                release_at=self.now + timedelta(days=days),
                now=self.now,
            )

    @precondition(lambda self: self.before.allotments)
    @rule(one=which)
    def release(self, one: int) -> None:
        with self._step(errors.AllotmentReleased):
            allotments.release(db.session.get_one(Allotment, pick(sorted(self.before.allotments), one)), now=self.now)

    @rule(departure=which, capacity=st.integers(4, 16), days=st.sampled_from((0, 0, 0, -1, 1)))
    def change_departure(self, departure: int, capacity: int, days: int) -> None:
        """Another capacity or another day: whoever has seats then has them in the slots of that day."""
        allowed = (errors.StateNotReachable, errors.CapacityBelowTaken, errors.SlotTooSmallForGroups)
        with self._step(*allowed, may_take_what_others_wait_for=days != 0):
            one = self._departure(pick(self.departures, departure), is_public=False)
            terms = departures.terms_of(one)
            later = timedelta(days=days)
            wanted = replace(
                terms, capacity=capacity, minimum=1, starts_on=terms.starts_on + later, meets_at=terms.meets_at + later
            )
            departures.change_departure(one, wanted, seen=fingerprint(terms))

    @rule(slot=which, capacity=st.integers(6, 20), is_open=st.sampled_from((True, True, True, False)))
    def change_slot(self, slot: int, capacity: int, is_open: bool) -> None:
        with self._step(errors.CapacityBelowTaken):
            ids = db.session.scalars(db.select(Slot.id).order_by(Slot.id)).all()
            slots.change_slot(db.session.get_one(Slot, pick(ids, slot)), capacity=capacity, is_open=is_open)

    @rule(departure=which)
    def open(self, departure: int) -> None:
        with self._step(errors.StateNotReachable, errors.SlotTooSmallForGroups):
            departures.open_departure(self._departure(pick(self.departures, departure), is_public=False))

    @rule(departure=which)
    def close(self, departure: int) -> None:
        with self._step(errors.StateNotReachable):
            departures.close_departure(self._departure(pick(self.departures, departure), is_public=False))

    @rule(departure=which)
    def withdraw(self, departure: int) -> None:
        with self._step(errors.StateNotReachable, errors.SeatsTaken, errors.GroupsOnList):
            bookings.withdraw_departure(self._departure(pick(self.departures, departure), is_public=False))

    @rule(departure=which, is_sure=st.sampled_from((False, False, False, True)))
    def call_off(self, departure: int, is_sure: bool) -> None:
        departure_id = pick(self.departures, departure)
        if not is_sure:  # rarely: it ends the departure's part in the story
            return
        with self._step(errors.StateNotReachable) as step:
            one, by = self._departure(departure_id, is_public=False), self._user(self.admin)
            bookings.call_off_departure(one, cause=Cause.WEATHER, reason=both("Typhoon"), by=by, now=self.now)
        if step.is_done:
            theirs = {group.state for group in self.before.groups.values() if group.departure == departure_id}
            assert not theirs & {"held", "waiting", "offered", "submitted", "confirmed"}, theirs

    # ----------------------------------------------------------------------------------------------------------- time

    @rule(length=st.sampled_from(("10 minutes", "1 hour", "49 hours", "6 days")))
    def time_passes(self, length: str) -> None:
        number, unit = length.split()
        self.now += timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(number)})
        with self._step():
            pass

    @rule()
    def holds_run_out(self) -> None:
        with self._step():
            bookings.expire_holds(self.now)
        ran_out = [group for group in self._in("held", "offered") if group.hold_ends_at <= self.now]
        assert not ran_out

    @rule()
    def hourly_jobs(self) -> None:
        """In steps of their own, as the worker does them."""
        for job in (departures.close_registrations, bookings.finish_departures, allotments.release_due, lock_rosters):
            again: object = True
            while again:
                with self._step():
                    again = job(self.now)

    @precondition(lambda self: not self.is_worker_late)
    @rule()
    def worker_is_late(self) -> None:
        """It has not looked yet when the next thing happens."""
        self.is_worker_late = True

    # ------------------------------------------------------------------------------------------------- what must hold

    @contextmanager
    def _step(self, *allowed: type[Refusal], may_take_what_others_wait_for: bool = False) -> Iterator[Step]:
        """One transaction, as at an edge. What is refused changes nothing; then the worker makes its offers."""
        step = Step()
        try:
            with transaction():
                yield step
        except allowed as refusal:
            step.refusal = refusal
        db.session.remove()
        after = look()
        assert step.is_done or after == self.before, step.refusal
        if not may_take_what_others_wait_for:
            self._check_newcomers(self.before, after)
        self._check(after)
        self.before = after
        if self.is_worker_late:
            self.is_worker_late = False
        else:
            self._make_offers()
        self.now += timedelta(seconds=1)

    def _check_newcomers(self, before: Picture, after: Picture) -> None:
        """Nobody took seats of a pool that somebody waits for."""
        grew = {
            number
            for number, pool in after.pools.items()
            if number in before.pools and pool.taken > before.pools[number].taken
        }
        for group_id, pool in self.awaited:
            waits = before.groups[group_id].state == "waiting" and pool in before.lacked_by(before.groups[group_id])
            assert not (waits and pool in grew), (before.groups[group_id], pool, before, after)

    def _make_offers(self) -> None:
        """As `tasks/bookings.py` does; each offer is the one that the rule names."""
        while self._in_transaction(waiting.close_lists):
            pass
        made = 1
        while made:
            before = look()
            expected = next_offer(before, self.now)
            made = self._in_transaction(waiting.offer_seats)
            after = look()
            self._check_offer(expected, before, after)
            self._check(after)
        self.before = after
        missing = after.lacked(self.now) - after.shortages
        assert not missing, (missing, after)
        waiting_now = after.waiting()
        self.awaited = after.lacked(self.now) | {
            (group.id, pool)
            for group in waiting_now
            if not after.stands_in_nobodys_way(group, self.now)
            for pool in after.lacked_by(group) & {after.departures[group.departure].pool}
        }

    def _check_offer(self, expected: tuple[Group, set[int]] | None, before: Picture, after: Picture) -> None:
        offered = {
            group.id
            for group in after.groups.values()
            if (group.state, before.groups[group.id].state) == ("offered", "waiting")
        }
        group, passed = expected or (None, set())
        assert offered == ({group.id} if group else set()), (expected, before, after)
        for number in passed:
            self.passes[number] = self.passes.get(number, 0) + 1
        for number, one in after.groups.items():
            assert one.times_passed == self.passes.get(number, 0) <= 2, (one, expected, before)

    def _check(self, picture: Picture) -> None:
        assert audit() == []
        assert not list(contradictions(picture))

    # ---------------------------------------------------------------------------------------------------------- tools

    def _in_transaction(self, job: Any) -> int:
        try:
            with transaction():
                return int(job(self.now))
        finally:
            db.session.remove()

    def _in(self, *states: str) -> list[Group]:
        return [group for group in self.before.groups.values() if group.state in states]

    def _ids(self, *states: str) -> list[int]:
        return sorted(group.id for group in self._in(*states))

    def _user(self, user_id: int) -> User:
        return db.session.get_one(User, user_id)

    def _departure(self, departure_id: int, *, is_public: bool = True) -> Departure:
        departure = db.session.get_one(Departure, departure_id)
        if is_public and self.before.departures[departure_id].state == "draft":
            raise errors.DepartureNotFound()
        return departure

    def _booking(self, ids: Sequence[int], one: int, *, by: int | None = None) -> tuple[Booking, User]:
        """Locked, as an edge locks it; and whoever does it, its leader unless ``by`` is named."""
        booking = db.session.get_one(Booking, pick(ids, one))
        user = self._user(by or booking.leader_id)
        return queries.lock_booking(booking.code, user), user

    def _form(self) -> str:
        return f"form-{len(self.before.groups)}-{self.now.isoformat()}"


class Step:
    """How one went."""

    refusal: Refusal | None = None

    @property
    def is_done(self) -> bool:
        return self.refusal is None


def pick(things: Sequence[int], number: int) -> int:
    return things[number % len(things)]


def empty_tables() -> None:
    db.session.remove()
    tables = [table.name for table in reversed(db.metadata.sorted_tables)]
    with transaction():
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        else:
            for table in tables:
                db.session.execute(text(f"DELETE FROM {table}"))
    db.session.remove()


def test_the_promises_hold_in_any_order_of_events(app: Flask) -> None:
    run_state_machine_as_test(
        Seats,
        settings=settings(
            **SEARCH, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck), database=None
        ),
    )
