"""`flask seats audit`: what `make audit` runs."""

import sys

import click
from flask.cli import AppGroup

from exchange_app.departures.audit import audit

seat_commands = AppGroup("seats", help="Look after the counted seats.")


@seat_commands.command("audit")
def audit_seats() -> None:
    """Recompute every pool from its claims; name each difference and end with status 1 if there is one."""
    differences = audit()
    for found in differences:
        click.echo(f"pool {found.pool_id}: {found.counted} counted as {found.what}, {found.found} found")
    click.echo(f"{len(differences)} differences")
    sys.exit(1 if differences else 0)
