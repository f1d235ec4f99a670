"""`flask backup create`, `flask backup check` and `flask backup restore`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from exchange_app.audit.queries import check_log
from exchange_app.backup import service, tables
from exchange_app.backup.errors import DatabaseNotEmpty
from exchange_app.backup.sealed_file import read_key
from exchange_app.backup.service import Progress
from exchange_app.bookings.audit import list_misclaims
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.settings import setting
from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit as audit_seats

backup_commands = AppGroup("backup", help="Everything that the database holds, in one sealed file.")
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@backup_commands.command("create")
@FILE
def create(file: Path) -> None:
    """Write all that the database holds into FILE, as it is at this moment; people may go on working."""
    with _in_words(), _bar("Writing") as progress:
        header = service.make_backup(file, read_key(setting("BACKUP_KEY")), now(), progress)
        with transaction():
            service.note_backup(header, now())
    click.echo(f"{sum(header.rows.values())} rows are in {file} ({file.stat().st_size:,} bytes).")


@backup_commands.command("check")
@FILE
def check(file: Path) -> None:
    """Read all of FILE and tell whether it is whole and can be restored here."""
    with _in_words():
        with _bar("Reading") as progress:
            header = service.check_backup(file, read_key(setting("BACKUP_KEY")), progress)
        service.check_fit(header, db.session.connection())
    click.echo(f"Whole: {sum(header.rows.values())} rows of {header.made_at}, revision {header.revision}.")


@backup_commands.command("restore")
@FILE
@click.option("--replace", is_flag=True, help="Delete what the database holds now.")
@click.option("--yes", is_flag=True, help="Do not ask before that.")
def restore(file: Path, replace: bool, yes: bool) -> None:
    """Put everything back that FILE holds, and pause the letters. Stop web server and workers before."""
    with _in_words():
        key = read_key(setting("BACKUP_KEY"))
        with _bar("Reading") as progress:
            header = service.check_backup(file, key, progress)
        service.check_fit(header, db.session.connection())
        _ask(replace, yes)
        db.session.remove()
        with _bar("Restoring") as progress, transaction():
            service.restore_backup(file, key, now(), progress, is_replacing=replace)
    click.echo(f"Restored: {sum(header.rows.values())} rows of {header.made_at}.")
    is_right = _look_over()
    click.echo(
        "Letters are paused: whoever signs in as administrator decides on the page “Letters” what becomes of those "
        "that were waiting, or `flask outbox resume` lets all of them leave."
    )
    sys.exit(0 if is_right else 1)


def _ask(is_replacing: bool, is_sure: bool) -> None:
    there = sum(tables.count_rows(db.session.connection()).values())
    if there and not is_replacing:
        raise DatabaseNotEmpty(rows=there)
    if there and not is_sure:
        click.confirm(f"Delete the {there} rows that the database holds now?", abort=True)


def _look_over() -> bool:
    """What `flask audit verify` and `flask seats audit` say about the restored data."""
    log, differences = check_log(), len(audit_seats()) + len(list_misclaims())
    click.echo(f"Audit log: {'whole' if log.is_whole else 'NOT WHOLE, see `flask audit verify`'}.")
    click.echo(f"Seats: {differences} differences{', see `flask seats audit`' if differences else ''}.")
    return log.is_whole and not differences


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        with speaking("en"):
            raise click.ClickException(refusal.sentence) from None


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    """How many rows are done, drawn on a terminal; a file or a pipe gets nothing."""
    with click.progressbar(length=0, label=what, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(more: int, of: int) -> None:
            bar.length = of
            bar.update(more)

        yield progress
