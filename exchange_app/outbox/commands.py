"""`flask outbox pause` and `flask outbox resume`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.outbox import pausing

outbox_commands = AppGroup("outbox", help="Letters that are to go out.")


@outbox_commands.command("pause")
def pause() -> None:
    """Let no letter leave until somebody resumes, whatever is due."""
    with transaction():
        pausing.pause(None, now())
    click.echo("No letter leaves until `flask outbox resume`.")


@outbox_commands.command("resume")
@click.option("--without-overdue", is_flag=True, help="Never send what was due before the pause began.")
def resume(without_overdue: bool) -> None:
    """Let letters leave again."""
    with transaction():
        stopped = pausing.stop_overdue(None, now()) if without_overdue else 0
        pausing.resume(None, now())
    click.echo(f"Letters leave again; {stopped} that were due before the pause never will.")
