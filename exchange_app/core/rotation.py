"""Sealing everything anew with the key in use, while others go on writing.

A row is replaced only where it is still what was read (compare and swap): whoever changed it meanwhile sealed it with
their own key, and it is found again. What is left to do is known from the values themselves, whose first byte is their
key's number, so that a rotation that was interrupted is simply begun again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import LargeBinary, Row, Table, bindparam, func, select, text, update

from exchange_app.core.database import Model, change_many_rows, db
from exchange_app.core.sealing import SealBroken, Sealed, keys, sealed_context

PORTION = 200  # rows that are read, and at most locked, together


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with its sealed columns, by the names of their attributes."""

    table: Table
    names: tuple[str, ...]

    @property
    def columns(self) -> dict[str, Any]:
        return {name: self.table.c[f"{name}_sealed"] for name in self.names}


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many values were sealed anew, and how many do not open."""

    values: int = 0
    broken: int = 0


def sealed_tables() -> list[SealedTable]:
    """Every table whose model has a Sealed, so that none can be forgotten."""
    found = []
    for mapper in Model.registry.mappers:
        names = tuple(name for name, attribute in vars(mapper.class_).items() if isinstance(attribute, Sealed))
        if names:
            found.append(SealedTable(cast("Table", mapper.local_table), names))
    return sorted(found, key=lambda sealed: sealed.table.name)


def count_values() -> dict[str, Counter[int]]:
    """How many values each key has sealed, by table. Takes its time: everything is looked at."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
    return {sealed.table.name: _count(sealed) for sealed in sealed_tables()}


def _count(sealed: SealedTable) -> Counter[int]:
    counted: Counter[int] = Counter()
    for column in sealed.columns.values():
        number = func.substr(column, 1, 1, type_=LargeBinary)  # the first byte
        rows = db.session.execute(select(number, func.count()).where(column.is_not(None)).group_by(number))
        counted.update({first[0]: count for first, count in rows})
    return counted


def find_portion(sealed: SealedTable, after: str) -> Sequence[Row[Any]]:
    """The next rows in the order of their ``uid``; each statement looks at a few, however large the table is."""
    uid = sealed.table.c.uid
    return db.session.execute(
        select(uid, *sealed.columns.values()).where(uid > after).order_by(uid).limit(PORTION)
    ).all()


def needs_another_key(row: Row[Any]) -> bool:
    """Whether a value of the row is sealed with another key than the one in use."""
    values: Sequence[bytes | None] = row[1:]
    return any(value is not None and value[0] != keys().in_use for value in values)


def reseal_rows(sealed: SealedTable, rows: Sequence[Row[Any]]) -> Resealed:
    """Within a transaction: each row that is still as it was read."""
    broken = 0
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # by the columns that are sealed anew
    for row in rows:
        swap, unopened = _swap_of(sealed, row._mapping)
        broken += unopened
        names = tuple(name for name in sealed.names if f"new_{name}" in swap)
        if names:
            alike.setdefault(names, []).append(swap)
    return Resealed(sum(len(names) * _swap(sealed, names, swaps) for names, swaps in alike.items()), broken)


def _swap_of(sealed: SealedTable, row: Mapping[Any, Any]) -> tuple[dict[str, Any], int]:
    """The row's values of other keys as they are and as the key in use seals them, and how many do not open."""
    uid = row[sealed.table.c.uid]
    swap: dict[str, Any] = {"row_uid": uid}
    broken = 0
    for name, column in sealed.columns.items():
        value = row[column]
        if value is None or value[0] == keys().in_use:
            continue
        context = sealed_context(sealed.table.name, name, uid)
        try:
            swap |= {f"old_{name}": value, f"new_{name}": keys().seal(keys().open(value, context), context)}
        except SealBroken:
            broken += 1
    return swap, broken


def _swap(sealed: SealedTable, names: Sequence[str], swaps: Sequence[Mapping[str, Any]]) -> int:
    """How many rows were still as they were read, and so are sealed anew."""
    unchanged = (sealed.columns[name] == bindparam(f"old_{name}") for name in names)
    statement = (
        update(sealed.table)
        .where(sealed.table.c.uid == bindparam("row_uid"), *unchanged)
        .values({sealed.columns[name].name: bindparam(f"new_{name}") for name in names})
    )
    return change_many_rows(statement, swaps)
