"""A first arrangement by itself: the same people and places always give the same one, and nobody is moved who has a
place already.

Adults go first, spread evenly over coaches and teams. Then pupils, those who wish to be together as one block, the
largest block first, so that what is hardest to fit has the most room. A block that fits nowhere as a whole is placed
one by one, beside friends where there is room. Rooms take one sex and either adults or pupils; whoever's sex is not
known gets no room by itself. Whoever fits nowhere stays without a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exchange_app.rosters.rules import Role
from exchange_app.trips.rules import Layout, Person, PlaceKind, Spot

Block = list[Person]


def propose(layout: Layout) -> dict[int, int]:
    """Where everybody goes who has no place yet: place by person, by their ids."""
    return _Proposal(layout).made()


class _Proposal:
    """The places as they fill up."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._inside = {spot.id: layout.inside(spot) for spot in layout.spots}
        self._placed = dict(layout.placed)
        self._order = {person.id: number for number, person in enumerate(layout.people)}

    def made(self) -> dict[int, int]:
        for person in self._layout.unplaced:
            if person.role is Role.STAFF:
                self._put_adult(person)
        pupils = [person for person in self._layout.unplaced if person.role is Role.PUPIL]
        for block in self._blocks(pupils):
            self._put_block(block)
        return {who: where for who, where in self._placed.items() if who not in self._layout.placed}

    def _put_adult(self, person: Person) -> None:
        spots = self._taking([person])
        if spots and spots[0].kind is not PlaceKind.ROOM:
            self._put([person], min(spots, key=lambda spot: (self._adults_in(spot), -self._left_in(spot))))
        elif spots:
            self._put([person], min(spots, key=self._left_in))

    def _put_block(self, block: Block) -> None:
        if spots := self._taking(block):
            self._put(block, min(spots, key=lambda spot: (-self._friends_in(spot, block), *self._balance(spot, block))))
        elif len(block) > 1:
            for person in block:
                self._put_block([person])

    def _balance(self, spot: Spot, block: Block) -> tuple[int, int]:
        """A room is filled before the next is begun; coaches and teams fill up side by side."""
        left = self._left_in(spot)
        if spot.kind is PlaceKind.ROOM:
            return (0 if self._inside[spot.id] else 1, left - len(block))
        return (-left, 0)

    def _put(self, people: Block, spot: Spot) -> None:
        self._inside[spot.id] += people
        self._placed.update((person.id, spot.id) for person in people)

    def _taking(self, people: Block) -> list[Spot]:
        """The places with room for all of them, that may take them."""
        return [
            spot
            for spot in self._layout.spots
            if self._left_in(spot) >= len(people) and _may_take(spot, self._inside[spot.id], people)
        ]

    def _left_in(self, spot: Spot) -> int:
        return spot.capacity - len(self._inside[spot.id])

    def _adults_in(self, spot: Spot) -> int:
        return sum(person.role is Role.STAFF for person in self._inside[spot.id])

    def _friends_in(self, spot: Spot, block: Block) -> int:
        there = {person.id for person in self._inside[spot.id]}
        return sum(self._is_wish(one.id, other) for one in block for other in there)

    def _is_wish(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self._layout.wishes

    def _blocks(self, people: Sequence[Person]) -> list[Block]:
        """Who is tied together by wishes; in rooms, of one sex. The largest first, then in the order of the roster."""
        blocks: list[Block] = []
        for person in people:
            tied = [block for block in blocks if any(self._belong(person, other) for other in block)]
            blocks = [block for block in blocks if block not in tied]
            blocks.append([*(one for block in tied for one in block), person])
        for block in blocks:
            block.sort(key=lambda person: self._order[person.id])
        return sorted(blocks, key=lambda block: (-len(block), self._order[block[0].id]))

    def _belong(self, one: Person, other: Person) -> bool:
        is_room = any(spot.kind is PlaceKind.ROOM for spot in self._layout.spots)
        return self._is_wish(one.id, other.id) and (not is_room or one.sex is other.sex)


def _may_take(spot: Spot, inside: Iterable[Person], people: Block) -> bool:
    if spot.kind is not PlaceKind.ROOM:
        return True
    together = [*inside, *people]
    sexes = {person.sex for person in together} | ({spot.sex} if spot.sex else set())
    return len(sexes) == 1 and None not in sexes and len({person.role for person in together}) == 1
