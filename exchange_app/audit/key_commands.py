"""`flask keys`: further keys for sealed columns, and sealing everything anew with them while the application runs."""

from __future__ import annotations

import base64
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.clock import now
from exchange_app.core.database import cannot_wait
from exchange_app.core.rotation import (
    Resealed,
    SealedTable,
    count_values,
    find_portion,
    needs_another_key,
    reseal_rows,
    sealed_tables,
)
from exchange_app.core.sealing import KEY_BYTES, keys
from exchange_app.core.transaction import transaction

key_commands = AppGroup("keys", help="The keys that seal personal data (docs/operating.md, “Another key”).")


@key_commands.command("new")
def new() -> None:
    """Print a further entry for FIELD_KEYS; nothing is changed."""
    click.echo(f"{keys().numbers[-1] + 1}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}")


@key_commands.command("status")
def status() -> None:
    """Say how many values each key has sealed, by table."""
    click.echo(f"In use: key {keys().in_use}. Known: {', '.join(map(str, keys().numbers))}.")
    for table, counted in count_values().items():
        for number, count in sorted(counted.items()):
            click.echo(f"{table}: {count} with key {number}")


@key_commands.command("rotate")
def rotate() -> None:
    """Seal everything anew with the key in use; may be interrupted and begun again, and the application may run."""
    done = broken = 0
    with click.progressbar(length=_of_other_keys().total(), label=f"Sealing with key {keys().in_use}") as bar:
        for portion in _passes():
            done += portion.values
            broken += portion.broken
            bar.update(portion.values)
    _write_down(done)
    left = _of_other_keys()
    click.echo(f"{done} values sealed anew with key {keys().in_use}.")
    for number, count in sorted(left.items()):
        click.echo(f"{count} values are still sealed with key {number}; keep it, and begin again.")
    if broken:
        click.echo("Some do not open: they were altered, or their key is not among FIELD_KEYS.")
    if not left:
        click.echo("No value needs another key any more.")
    sys.exit(1 if left else 0)


def _of_other_keys() -> Counter[int]:
    counted: Counter[int] = sum(count_values().values(), Counter())
    del counted[keys().in_use]
    return counted


def _passes() -> Iterator[Resealed]:
    """Through all tables, again and again until nothing can be done any more: others write meanwhile."""
    is_getting_on = True
    while is_getting_on:
        is_getting_on = False
        for portion in _pass():
            is_getting_on = is_getting_on or portion.values > 0
            yield portion


def _pass() -> Iterator[Resealed]:
    for sealed in sealed_tables():
        after = ""
        while rows := find_portion(sealed, after):
            after = rows[-1].uid
            yield _reseal(sealed, [row for row in rows if needs_another_key(row)])


def _reseal(sealed: SealedTable, rows: Sequence[Row[Any]]) -> Resealed:
    """Nothing where somebody else has one of the rows in hand: the next pass finds them."""
    if not rows:
        return Resealed()
    try:
        with transaction():
            return reseal_rows(sealed, rows)
    except DBAPIError as problem:
        if not cannot_wait(problem):
            raise
        return Resealed()


def _write_down(values: int) -> None:
    if values:
        with transaction():
            record(What.KEYS_ROTATED, by_id=None, now=now(), facts={"key": keys().in_use, "values": values})
