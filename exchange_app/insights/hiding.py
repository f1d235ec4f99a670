"""Which persons of a table are not shown: fewer than `LEAST_SHOWN` could be somebody, and the rest of a sum gives a
single one away.

What is hidden beside small counts is chosen by the counts alone and never by the order of rows, so that whoever knows
this rule still cannot tell which of the hidden rows is the small one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from exchange_app.visits.rules import LEAST_SHOWN

Key = TypeVar("Key", bound=Hashable)


def is_small(persons: int) -> bool:
    """So few that a figure could be about somebody. Nobody is nobody."""
    return 0 < persons < LEAST_SHOWN


def shown(persons: int) -> int | None:
    """A count that stands alone."""
    return None if is_small(persons) else persons


def hidden_rows(persons: Sequence[int], parts: Sequence[Hashable] | None = None) -> list[bool]:
    """For each row of a table whose sum is known whether its persons are hidden.

    ``parts`` say for each row to which part of the whole it belongs, where other tables of the page divide the same
    parts otherwise. A part that is small is hidden whole, and of the part that covers it each table hides something:
    so no table tells how large either is.
    """
    parts = parts or [None] * len(persons)
    rows = range(len(persons))
    sums: dict[Hashable, int] = {}
    for row in rows:
        sums[parts[row]] = sums.get(parts[row], 0) + persons[row]
    small = _small(sums)
    covering = _covering(sums) if small else set()
    hidden: set[int] = set()
    for part in sums:
        counts = {row: persons[row] for row in rows if parts[row] == part}
        if part in small:
            hidden |= {row for row in counts if persons[row]}
        else:
            hidden |= _small(counts)
            if part in covering or _small(counts):
                hidden |= _covering(counts)
    return [row in hidden for row in rows]


def _small(counts: Mapping[Key, int]) -> set[Key]:
    return {key for key, count in counts.items() if is_small(count)}


def _covering(counts: Mapping[Key, int]) -> set[Key]:
    """All that equal the smallest of those that may be shown."""
    large = [count for count in counts.values() if count >= LEAST_SHOWN]
    return {key for key, count in counts.items() if large and count == min(large)}
