"""`flask audit verify`: whether anybody altered the log."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from exchange_app.audit.queries import check_log

audit_commands = AppGroup("audit", help="The log of what matters to security and to children's data.")


class NotedEnd(click.ParamType[tuple[int, str]]):
    name = "end"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        number, _, link = str(value).partition(":")
        if not (number.isascii() and number.isdigit() and len(link) == 64):
            self.fail("an end reads like 1234:…, as a former check printed it", param, ctx)
        return int(number), link


@audit_commands.command("verify")
@click.option("--noted", type=NotedEnd(), help="An end that a former check printed: the log has to go on from there.")
def verify(noted: tuple[int, str] | None) -> None:
    """Follow the log from entry to entry; end with status 1 at the first that is missing or altered."""
    check = check_log(noted)
    if check.first_wrong is not None:
        click.echo(f"Entry {check.first_wrong} is missing or was altered.")
    elif not check.is_sealed:
        click.echo("The log was cut short at its end, or its end was altered.")
    else:
        click.echo(f"{check.last - check.first + 1} entries, none altered. Note the end elsewhere: {check.end}")
    sys.exit(0 if check.is_whole else 1)
