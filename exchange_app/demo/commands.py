"""`flask demo load` and `flask demo sign-ins`."""

import click
from flask.cli import AppGroup

from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.core.text import speaking
from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.loading import load_demo

demo_commands = AppGroup("demo", help="Load and show the demo.")


@demo_commands.command("load")
def load() -> None:
    """Load the demo into an empty database; change nothing if it is there already."""
    try:
        loaded = load_demo(now())
    except Refusal as refusal:
        with speaking("en"):
            raise click.ClickException(refusal.sentence) from None
    click.echo("The demo is loaded." if loaded else "The demo is there already.")


@demo_commands.command("sign-ins")
def show_sign_ins() -> None:
    """Show as whom one may sign in to the demo."""
    with speaking("en"):
        for label, email, password in sign_ins():
            click.echo(f"{label}: {email}  {password}")
