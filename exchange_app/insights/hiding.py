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
Path = tuple[Hashable, ...]


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
    paths = list(zip(parts or [None] * len(persons), range(len(persons)), strict=True))
    hidden = hidden_paths(dict(zip(paths, persons, strict=True)))
    return [path in hidden for path in paths]


def hidden_paths(persons: Mapping[Path, int], *, is_covering: bool = False) -> set[Path]:
    """The same where the whole is divided, its parts again, and so on: a path says to which part of which part some
    persons belong. All paths are of the same length; of a whole that covers a small one something is hidden in any
    case.

    Where a table counts some paths more than once, as persons on each of their days, whatever has a hidden one among
    them is to be hidden. Then all that is shown are sums of shown paths, and nothing follows about the hidden ones.
    """
    children: dict[Hashable, dict[Path, int]] = {}
    for path, count in persons.items():
        children.setdefault(path[0], {})[path[1:]] = count
    sums = {child: sum(counts.values()) for child, counts in children.items()}
    small = _small(sums)
    covering = _covering(sums) if small or is_covering else set()
    hidden: set[Path] = set()
    for child, counts in children.items():
        if child in small or () in counts:
            rest = {path for path, count in counts.items() if count} if child in small | covering else set()
        else:
            rest = hidden_paths(counts, is_covering=child in covering)
        hidden |= {(child, *path) for path in rest}
    return hidden


def _small(counts: Mapping[Key, int]) -> set[Key]:
    return {key for key, count in counts.items() if is_small(count)}


def _covering(counts: Mapping[Key, int]) -> set[Key]:
    """All that equal the smallest of those that may be shown."""
    large = [count for count in counts.values() if count >= LEAST_SHOWN]
    return {key for key, count in counts.items() if large and count == min(large)}
