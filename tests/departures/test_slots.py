"""Slots: made from an activity's times when a departure opens, and shared by every departure that stops there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from exchange_app.bookings import service as bookings
from exchange_app.bookings import waiting
from exchange_app.bookings.queries import lock_booking
from exchange_app.bookings.rules import Party
from exchange_app.catalogue.errors import ItemInUse
from exchange_app.catalogue.models import MenuItem
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures import queries, slots
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import (
    CapacityBelowTaken,
    ItemVisited,
    NoSlotThen,
    SlotClosed,
    SlotFull,
    SlotInUse,
    SlotThereAlready,
    SlotTooSmallForGroups,
    StateNotReachable,
)
from exchange_app.departures.models import Departure, Pool, Shortage, Slot
from exchange_app.departures.rules import Cause, DepartureState
from exchange_app.departures.slots import list_departures_at_slot, select_slots_of_item
from tests.bookings.group import CONTACT
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_package
from tests.departures.stops import claims_of, item_of, make_package_at, slot_of, slots_of

TEN_FROM_NINE = {str(weekday): ["09:00", "14:00"] for weekday in range(1, 8)}
DAY = (NOW + timedelta(days=30)).date()  # the day of make_departure


@pytest.fixture(autouse=True)
def counts_are_right(app: object) -> Iterator[None]:
    """Whatever a test does, afterwards every count is that of its rows."""
    yield
    db.session.rollback()
    assert audit() == []


def at(hour: int, day_later: int = 0) -> datetime:
    """A time of the host city, in UTC, on the day of the departure."""
    return datetime.combine(DAY + timedelta(days=day_later), time(hour - 8), UTC)


def test_opening_makes_the_slots_of_the_stops() -> None:
    with transaction():
        package = make_package(days=2, slot_capacity=40)
        item_of(package).timetable = TEN_FROM_NINE
        departure = make_departure(package, is_open=False)
    assert slots_of(departure) == []
    with transaction():
        departures.open_departure(departure)
    assert [(slot.starts_at, slot.pool.capacity, slot.pool.is_open) for slot in slots_of(departure)] == [
        (at(9), 40, True),
        (at(9, day_later=1), 40, True),
    ]


def test_opening_again_finds_the_slots_that_are_there() -> None:
    with transaction():
        departure = make_departure()
        before = slot_of(departure).id
        departures.withdraw_departure(departure)
        departures.open_departure(departure)
    assert slot_of(departure).id == before
    assert db.session.scalar(select(func.count()).select_from(Slot)) == 1


def test_an_activity_without_times_has_a_slot_whenever_a_package_stops_there() -> None:
    with transaction():
        package = make_package()
        package.stops[0].starts = time(11, 20)
        departure = make_departure(package)
    assert slot_of(departure).starts_at == at(11) + timedelta(minutes=20)


def test_two_packages_share_one_slot() -> None:
    with transaction():
        package = make_package(slot_capacity=40)
        one, other = make_departure(package), make_departure(make_package_at(item_of(package)))
        make_hold(one, make_leader())  # 27 of 40
    assert slot_of(one).id == slot_of(other).id
    assert slot_of(other).pool.taken == 27
    assert [departure.id for departure in list_departures_at_slot(slot_of(one).id)] == [one.id, other.id]
    with pytest.raises(SlotFull) as refused, transaction():
        make_hold(other, make_leader(), pupils=13, staff=2)
    assert (refused.value.facts["left"], refused.value.facts["wanted"]) == (13, 15)
    with force_locale("en"):
        title = item_of(package).title["en"]
        assert refused.value.sentence == (
            f"“{title}” on Wed 31 March 2027, 09:00 has room for 13 more; you asked for 15."
        )
    assert queries.get_seats(other.id).left == 13  # of its own it has sixty
    with transaction():
        make_hold(other, make_leader(), pupils=11, staff=2)
    assert queries.get_seats(one.id).left == 0


def test_a_time_at_which_it_does_not_begin_is_refused_with_those_at_which_it_does() -> None:
    with transaction():
        package = make_package()
        item_of(package).timetable = TEN_FROM_NINE
        package.stops[0].starts = time(10)
        departure = make_departure(package, is_open=False)
        title = item_of(package).title["en"]
    with pytest.raises(NoSlotThen) as refused, transaction():
        departures.open_departure(departure)
    with force_locale("en"):
        assert refused.value.sentence == (
            f"“{title}” has no slot on Wed 31 March 2027, 10:00; that day it begins at 09:00 · 14:00."
        )
    db.session.refresh(departure)
    assert departure.state is DepartureState.DRAFT
    assert db.session.scalar(select(func.count()).select_from(Slot)) == 0


def test_a_day_on_which_it_does_not_take_place_is_refused() -> None:
    with transaction():
        package = make_package()
        item_of(package).timetable = {"1": ["09:00"]}  # the departure is on a Wednesday
        departure = make_departure(package, is_open=False)
    with pytest.raises(NoSlotThen) as refused, transaction():
        departures.open_departure(departure)
    with force_locale("en"):
        assert "it does not take place that day" in refused.value.sentence


def test_a_special_slot_is_found_beside_the_usual_times() -> None:
    with transaction():
        package = make_package()
        item_of(package).timetable = {"1": ["09:00"]}
        special = slots.add_slot(item_of(package), at(9), 25)
        departure = make_departure(package)
    assert slot_of(departure).id == special.id
    assert special.pool.capacity == 25
    with pytest.raises(SlotThereAlready), transaction():
        slots.add_slot(item_of(package), at(9), 30)
    assert db.session.scalar(select(func.count()).select_from(Pool)) == 2  # nothing is left of what was refused


def test_its_capacity_never_falls_below_what_is_taken() -> None:
    with transaction():
        departure = make_departure()
        make_hold(departure, make_leader())
        slot = slot_of(departure)
    with pytest.raises(CapacityBelowTaken) as refused, transaction():
        slots.change_slot(slot, capacity=26, is_open=True)
    assert refused.value.facts == {"taken": 27}
    with transaction():
        slots.change_slot(slot, capacity=27, is_open=True)
    assert slot.pool.left == 0


def test_a_closed_slot_refuses_by_its_name_and_keeps_whoever_is_there() -> None:
    with transaction():
        departure = make_departure()
        held = make_hold(departure, make_leader())
        slot = slot_of(departure)
        slots.change_slot(slot, capacity=1000, is_open=False)
    title = slot.menu_item.title["en"]
    with pytest.raises(SlotClosed) as refused, transaction():
        make_hold(departure, make_leader(), pupils=2, staff=1)
    with force_locale("en"):
        assert refused.value.sentence == f"“{title}” on Wed 31 March 2027, 09:00 takes no more groups."
    with transaction():
        bookings.cancel_booking(lock_booking(held.code, held.leader), reason="", by=held.leader, now=NOW)
        slots.change_slot(slot, capacity=1000, is_open=True)
        make_hold(departure, make_leader(), pupils=2, staff=1)
    assert slot_of(departure).pool.taken == 3


def test_who_has_seats_is_carried_over_when_a_stop_moves() -> None:
    with transaction():
        package = make_package()
        departure = make_departure(package)
        held = make_hold(departure, make_leader())
        before = slot_of(departure)
        assert slots.is_arranged(departure, [before])
        package.stops[0].starts = time(14)
        db.session.flush()
        assert not slots.is_arranged(departure, [before])
        departures.rearrange(departure)
    after = slot_of(departure)
    assert after.starts_at == at(14)
    assert claims_of(held) == {departure.pool_id: 27, after.pool_id: 27}
    db.session.refresh(before.pool)
    assert (before.pool.taken, after.pool.taken) == (0, 27)
    assert slots.is_arranged(departure, [after])


def test_a_departure_that_moves_to_another_day_takes_its_groups_along() -> None:
    with transaction():
        departure = make_departure()
        held = make_hold(departure, make_leader())
        terms = departures.terms_of(departure)
        later = departures.Terms(
            **{
                **vars_of(terms),
                "starts_on": terms.starts_on + timedelta(days=1),
                "meets_at": terms.meets_at + timedelta(days=1),
            }
        )
        departures.change_departure(departure, later, seen=fingerprint(terms))
    after = slot_of(departure)
    assert after.starts_at == at(9, day_later=1)
    assert claims_of(held) == {departure.pool_id: 27, after.pool_id: 27}


def vars_of(terms: departures.Terms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in terms.__slots__}


def test_groups_that_do_not_fit_at_the_new_stop_stay_where_they_are() -> None:
    with transaction():
        package = make_package()
        departure = make_departure(package)
        held = make_hold(departure, make_leader())
        before = slot_of(departure)
        title = item_of(package).title["en"]
        slots.add_slot(item_of(package), at(14), 20)
        package.stops[0].starts = time(14)
    with pytest.raises(SlotTooSmallForGroups) as refused, transaction():
        departures.rearrange(departure)
    with force_locale("en"):
        assert refused.value.sentence == (
            f"27 persons already have seats, and “{title}” on Wed 31 March 2027, 14:00 has room for 20. "
            "Raise the capacity of that slot first."
        )
    assert slot_of(departure).id == before.id
    assert claims_of(held) == {departure.pool_id: 27, before.pool_id: 27}


@pytest.mark.parametrize("state", [DepartureState.DRAFT, DepartureState.CLOSED, DepartureState.CALLED_OFF])
def test_only_what_is_open_or_closed_has_slots_to_arrange(state: DepartureState) -> None:
    with transaction():
        package = make_package()
        departure = make_departure(package, is_open=state is not DepartureState.DRAFT)
        if state is DepartureState.CLOSED:
            departures.close_departure(departure)
        elif state is DepartureState.CALLED_OFF:
            departures.call_off(departure, cause=Cause.SAFETY, reason=both("Flood"), now=NOW)
        package.stops[0].starts = time(14)
    if state is DepartureState.CLOSED:
        with transaction():
            departures.rearrange(departure)
        assert slot_of(departure).starts_at == at(14)
    else:
        with pytest.raises(StateNotReachable), transaction():
            departures.rearrange(departure)


def test_a_slot_where_somebody_stops_is_not_removed() -> None:
    with transaction():
        package = make_package()
        one, _other = make_departure(package), make_departure(make_package_at(item_of(package)))
        slot = slot_of(one)
    with pytest.raises(SlotInUse) as refused, transaction():
        slots.remove_slot(slot)
    assert refused.value.facts == {"count": 2}
    with transaction():
        free = slots.add_slot(item_of(package), at(16), 10)
        slots.remove_slot(free)
    assert db.session.scalar(select(func.count()).select_from(Slot)) == 1


def test_a_slot_is_removed_though_somebody_waited_for_it() -> None:
    """A group lacked seats of a stop where its departure stops no more."""
    with transaction():
        package = make_package(slot_capacity=30)
        departure = make_departure(package)
        make_hold(departure, make_leader())
        waiting.join_list(departure, Party(9, 1), CONTACT, form_token="waits", by=make_leader(), now=NOW)
        before = slot_of(departure)
        assert before.pool.short == 1
        package.stops[0].starts = time(14)
        departures.rearrange(departure)
        slots.remove_slot(before)
    assert db.session.scalar(select(func.count()).select_from(Shortage)) == 0


def test_an_activity_goes_with_the_slots_where_nobody_stops() -> None:
    with transaction():
        package = make_package()
        item = item_of(package)
        departure = make_departure(package)
        slots.add_slot(item, at(16), 10)
        package.stops[0].menu_item = item_of(make_package())
    with pytest.raises(ItemVisited) as refused, transaction():
        slots.remove_item(item)  # the departure goes on stopping there until it is arranged anew
    assert refused.value.facts == {"count": 1}
    with transaction():
        departures.rearrange(departure)
        slots.remove_item(item)
    assert db.session.get(MenuItem, item.id) is None
    assert [slot.menu_item_id for slot in db.session.scalars(select(Slot))] == [item_of(package).id]
    assert db.session.scalar(select(func.count()).select_from(Pool)) == 2


def test_an_activity_of_a_package_is_not_removed() -> None:
    with transaction():
        item = item_of(make_package())
        slots.add_slot(item, at(16), 10)
    with pytest.raises(ItemInUse), transaction():
        slots.remove_item(item)
    assert db.session.scalar(select(func.count()).select_from(Slot)) == 1


def test_newcomers_read_that_groups_wait_at_a_stop() -> None:
    """The departure's own seats are not short; those of its stop are."""
    with transaction():
        package = make_package(slot_capacity=30)
        departure = make_departure(package)
        make_hold(departure, make_leader())
        waiting.join_list(departure, Party(9, 1), CONTACT, form_token="waits", by=make_leader(), now=NOW)
    found = queries.get_seats(departure.id)
    assert (found.left, found.capacity, found.short) == (3, 60, 1)
    [line] = queries.list_dates_of_package(package.id, since=DAY, now=NOW, count=5)
    assert (line.left, line.standing) == (0, "full")
    assert queries.list_next_dates(since=DAY, now=NOW, count=5) == []


def find_slots(departure: Departure) -> list[tuple[datetime, int]]:
    item = slot_of(departure).menu_item
    rows = db.session.execute(select_slots_of_item(item.id, since=NOW))
    return [(slot.starts_at, count) for slot, count in rows]


def test_the_slots_of_an_activity_come_in_their_order() -> None:
    with transaction():
        package = make_package()
        departure = make_departure(package)
        make_departure(make_package_at(item_of(package)))
        slots.add_slot(item_of(package), at(14), 10)
        slots.add_slot(item_of(package), NOW - timedelta(hours=1), 10)
    assert find_slots(departure) == [(at(9), 2), (at(14), 0)]
