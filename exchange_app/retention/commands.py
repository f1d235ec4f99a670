"""`flask retention preview`: what the job would let go; it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, time

import click
from flask.cli import AppGroup

from exchange_app.core.clock import now
from exchange_app.core.text import speaking
from exchange_app.retention.preview import Going, list_going, total_of
from exchange_app.web.labels import label

retention_commands = AppGroup("retention", help="How long what is kept about people stays.")
NOON = time(12, tzinfo=UTC)  # the same date in every zone that a city has


@retention_commands.command("preview")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As if it were that day (2027-04-30), not today.")
def preview(on: datetime | None) -> None:
    """What would go, by departure and school, counted, without a name; nothing is changed."""
    going = list_going(datetime.combine(on.date(), NOON) if on else now())
    with speaking("en"):
        for one in going:
            click.echo(_line(one))
        for kept, count in total_of(going).items():
            click.echo(f"total  {count}  {label(kept)}")
        if not going:
            click.echo("Nothing would go.")


def _line(one: Going) -> str:
    whose = ""
    if one.departure is not None:
        school = f", {one.school.name}" if one.school else ""
        whose = f"  departure {one.departure.id} of {one.departure.starts_on}{school}"
    return f"{one.on}  {one.count}  {label(one.kept)}{whose}"
