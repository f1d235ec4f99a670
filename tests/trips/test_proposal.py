"""The first proposal: whatever the group, nobody is lodged wrongly, no place overflows, and it is always the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from exchange_app.rosters.rules import Role, Sex
from exchange_app.trips.proposal import propose
from exchange_app.trips.rules import Layout, Person, PlaceKind, Spot


def person(number: int, role: Role = Role.PUPIL, sex: Sex | None = None) -> Person:
    return Person(number, role, f"P{number}", "", sex)


def spot(number: int, kind: PlaceKind, capacity: int, sex: Sex | None = None) -> Spot:
    return Spot(number, kind, f"S{number}", capacity, sex)


def layout(people: list[Person], spots: list[Spot], *wishes: tuple[int, int], **placed: int) -> Layout:
    return Layout(people, spots, {int(who[1:]): where for who, where in placed.items()}, frozenset(wishes))


SEXES = some.sampled_from([Sex.FEMALE, Sex.MALE, None])


@some.composite
def layouts(draw: some.DrawFn) -> Layout:
    kind = draw(some.sampled_from(list(PlaceKind)))
    count = draw(some.integers(1, 25))
    people = [person(n, draw(some.sampled_from(list(Role))), draw(SEXES)) for n in range(1, count + 1)]
    spots = [
        spot(100 + n, kind, draw(some.integers(1, 6)), draw(SEXES) if kind is PlaceKind.ROOM else None)
        for n in range(draw(some.integers(0, 8)))
    ]
    pairs = draw(some.sets(some.tuples(some.integers(1, count), some.integers(1, count)), max_size=8))
    return layout(people, spots, *((a, b) for a, b in pairs if a < b))


@given(layouts())
@settings(max_examples=150, deadline=None)
def test_whatever_the_group(given: Layout) -> None:
    found = propose(given)
    assert propose(given) == found
    by_id = {one.id: one for one in given.people}
    for one in given.spots:
        inside = [by_id[who] for who, where in found.items() if where == one.id]
        assert len(inside) <= one.capacity
        if one.kind is PlaceKind.ROOM and inside:
            assert len({who.sex for who in inside} | ({one.sex} if one.sex else set())) == 1
            assert inside[0].sex is not None
            assert len({who.role for who in inside}) == 1
    room = sum(one.capacity for one in given.spots)
    if given.spots and given.spots[0].kind is not PlaceKind.ROOM:
        assert len(found) == min(room, len(given.people))  # nobody is left out while there is room
    again = propose(replace(given, placed=found))
    assert not set(again) & set(found)  # nobody who has a place is moved


def test_adults_are_spread_and_friends_sit_together() -> None:
    people = [person(1, Role.STAFF), person(2, Role.STAFF), *(person(n) for n in range(3, 11))]
    found = propose(layout(people, [spot(1, PlaceKind.COACH, 5), spot(2, PlaceKind.COACH, 5)], (3, 10), (4, 10)))
    assert found[1] != found[2]
    assert found[3] == found[4] == found[10]
    assert sorted(found.values()) == [1] * 5 + [2] * 5


def test_friends_of_two_sexes_share_a_coach_and_not_a_room() -> None:
    people = [person(1, sex=Sex.FEMALE), person(2, sex=Sex.MALE), person(3, sex=Sex.FEMALE)]
    rooms = [spot(n, PlaceKind.ROOM, 2) for n in (1, 2)]
    found = propose(layout(people, rooms, (1, 2), (2, 3), (1, 3)))
    assert found[1] == found[3] != found[2]


def test_a_friend_goes_to_whoever_has_a_place_already() -> None:
    people = [person(n) for n in range(1, 4)]
    teams = [spot(n, PlaceKind.TEAM, 3) for n in (1, 2)]
    assert propose(layout(people, teams, (1, 3), p1=2))[3] == 2
