"""`flask seats audit`: what `make audit` runs."""

import sys

import click
from flask.cli import AppGroup

from exchange_app.bookings.audit import list_misclaims
from exchange_app.departures.audit import audit

seat_commands = AppGroup("seats", help="Look after the counted seats.")


@seat_commands.command("audit")
def audit_seats() -> None:
    """Recompute every pool from its claims, and every booking's claims from its state and size; name each difference
    and end with status 1 if there is one."""
    pools, bookings = audit(), list_misclaims()
    for pool in pools:
        click.echo(f"pool {pool.pool_id}: {pool.counted} counted as {pool.what}, {pool.found} found")
    for one in bookings:
        click.echo(f"booking {one.code}: {one.claimed} seats of pool {one.pool_id}, {one.due} due")
    click.echo(f"{len(pools) + len(bookings)} differences")
    sys.exit(1 if pools or bookings else 0)
