"""Nobody reckons a hidden number: neither from the table and its sum, nor from another table of the same whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from exchange_app.insights.hiding import hidden_paths, hidden_rows
from exchange_app.visits.rules import LEAST_SHOWN

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=8)
JOURNEYS = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3))  # way, month, days
Seen = tuple[list[int | None], int | None]


def seen(persons: Sequence[int]) -> Seen:
    """What a reader has before them: the rows, and what the overview says of all."""
    hidden = hidden_rows(persons)
    rows = [None if is_hidden else count for is_hidden, count in zip(hidden, persons, strict=True)]
    return rows, sum(persons) if sum(persons) >= LEAST_SHOWN else None


@given(COUNTS)
def test_small_counts_are_never_shown(persons: list[int]) -> None:
    rows, _ = seen(persons)
    assert not [row for row in rows if row is not None and 0 < row < LEAST_SHOWN]
    assert [row for row, count in zip(rows, persons, strict=True) if count == 0] == [0] * persons.count(0)
    if all(count == 0 or count >= LEAST_SHOWN for count in persons):
        assert rows == persons


@given(COUNTS)
def test_what_is_seen_fits_other_numbers_just_as_well(persons: list[int]) -> None:
    """For each hidden row there are counts with which the whole page looks the same and that row is another."""
    rows, total = seen(persons)
    hidden = [at for at, row in enumerate(rows) if row is None]
    assume(sum(persons) > len(hidden))  # as many persons as rows: each is one, and the rows themselves say so
    for at in hidden:
        assert any(seen(other) == (rows, total) for other in others(persons, at, hidden)), (persons, at)


def others(persons: Sequence[int], at: int, hidden: Sequence[int]) -> list[list[int]]:
    """Two rows change places, some persons go from one to the other, or one more is there at all."""
    found = [[*persons[:at], persons[at] + more, *persons[at + 1 :]] for more in (-1, 1) if persons[at] + more > 0]
    for with_row in hidden:
        for moved in range(-40, 41):
            other = list(persons)
            other[at] += moved
            other[with_row] -= moved
            if min(other[at], other[with_row]) > 0 and other[at] != persons[at]:
                found.append(other)
    return found


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.integers(0, 2), st.integers(0, 2)), min_size=1)
)
def test_two_tables_of_the_same_whole_tell_no_small_part(atoms: list[tuple[str, int, int, int]]) -> None:
    """Groups of three directions, divided twice: the part that is small, and the one that covers it, are the sum of
    shown rows in neither table. So each can be told from the sum of both alone."""
    totals = {part: sum(persons for way, persons, *_ in atoms if way == part) for part, *_ in atoms}
    small = {part for part, persons in totals.items() if persons < LEAST_SHOWN}
    if not small:
        return
    told = [shown_whole(atoms, by) for by in (2, 3)]
    hidden = [set(totals) - whole for whole in told]
    assert all(small <= parts for parts in hidden)
    large = set(totals) - small
    for part in large:
        if totals[part] == min(totals[one] for one in large):
            assert all(part in parts for parts in hidden)


def shown_whole(atoms: Sequence[tuple[str, int, int, int]], by: int) -> set[str]:
    """The parts of which a table shows every row."""
    rows: dict[tuple[str, int], int] = {}
    for atom in atoms:
        rows[atom[0], atom[by]] = rows.get((atom[0], atom[by]), 0) + atom[1]  # type: ignore[index]
    hidden = hidden_rows(list(rows.values()), [part for part, _ in rows])
    return {part for part, _ in rows} - {part for (part, _), is_hidden in zip(rows, hidden, strict=True) if is_hidden}


@given(st.dictionaries(JOURNEYS, st.integers(1, 25), min_size=2, max_size=6))
def test_no_sum_of_overlapping_days_tells_a_small_part(journeys: dict[tuple[str, int, int, int], int]) -> None:
    """A reader has the sum, the months of each way and the days; whatever they add and subtract, no journey, month or
    way of fewer than ten comes out."""
    order = list(journeys)
    hidden = hidden_paths(
        {(way, month, (first, last)): journeys[key] for key in order for way, month, first, last in [key]}
    )
    covered = [
        {key for key in order if key[1:2] == (month,) and key[2] <= day <= key[2] + key[3]}
        for month in range(3)
        for day in range(7)
    ]
    of_months = {key[:2]: {one for one in order if one[:2] == key[:2]} for key in order}
    closed = hidden_rows([count(journeys, keys) for keys in of_months.values()], [way for way, _ in of_months])
    seen_sums = [
        set(order),
        *(keys for keys, is_hidden in zip(of_months.values(), closed, strict=True) if not is_hidden),
        *(keys for keys in covered if not any((key[0], key[1], key[2:]) in hidden for key in keys)),
    ]
    if count(journeys, order) < LEAST_SHOWN:
        seen_sums = []
    told = [[Fraction(key in keys) for key in order] for keys in seen_sums]
    of_ways = [{key for key in order if key[0] == way} for way in "ab"]
    for part in [*({key} for key in order), *of_months.values(), *of_ways]:
        if 0 < count(journeys, part) < LEAST_SHOWN:
            row = [Fraction(key in part) for key in order]
            assert rank([*told, row]) > rank(told), (journeys, part)


def count(journeys: dict[tuple[str, int, int, int], int], keys: Iterable[tuple[str, int, int, int]]) -> int:
    return sum(journeys[key] for key in keys)


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """How many of these sums do not follow from the others."""
    if not rows or not rows[0]:
        return 0
    pivot = next((row for row in rows if row[0]), None)
    if pivot is None:
        return rank([row[1:] for row in rows])
    rest = [row for row in rows if row is not pivot]
    return 1 + rank(
        [[one - by * row[0] / pivot[0] for one, by in zip(row[1:], pivot[1:], strict=True)] for row in rest]
    )
