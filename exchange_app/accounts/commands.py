"""`flask accounts`: the first account of a new installation, and the end of every sign-in if something is amiss;
everything else is done on the pages."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from exchange_app.accounts import invitations, service
from exchange_app.accounts.links import url_of
from exchange_app.accounts.service import Profile
from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.text import DEFAULT_LANGUAGE, Translated
from exchange_app.core.transaction import transaction
from exchange_app.partners import service as partners
from exchange_app.partners.models import Level, OrganisationKind
from exchange_app.partners.queries import list_cities

account_commands = AppGroup("accounts", help="Accounts of people who sign in.")


@account_commands.command("add-administrator")
@click.argument("email")
@click.argument("name")
@click.option("--organisation", required=True, help="The office the administrator works for; it is added.")
@click.option("--city-code", required=True, help="GB/T 2260 code of its city, such as 450100; added if it is new.")
@click.option("--city-name", required=True)
@click.option("--city-slug", required=True, help="The city's short name in addresses, such as nanning.")
def add_administrator(email: str, name: str, organisation: str, city_code: str, city_name: str, city_slug: str) -> None:
    """Add an administrator, the office and, if need be, its city. Prints the link by which to choose a password."""
    city_terms = partners.CityTerms(city_code, city_slug, Translated({DEFAULT_LANGUAGE: city_name}), "Asia/Shanghai")
    try:
        with transaction():
            known = {city.code: city for city in list_cities()}
            city = known.get(city_code) or partners.add_city(city_terms)
            office = partners.add_organisation(_office(city.id, organisation))
            profile = Profile(email, name, Role.ADMINISTRATOR)
            link = invitations.invite(service.add_user(office, profile, now=now()), by=None, now=now())
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from None
    click.echo(f"{name} chooses a password within seven days, once: {url_of(link)}")


@account_commands.command("end-sign-ins")
def end_sign_ins() -> None:
    """Sign everybody out, everywhere."""
    with transaction():
        ended = service.end_everybodys_sign_ins(now())
    click.echo(f"{ended} sign-ins have ended.")


def _office(city_id: int, name: str) -> partners.OrganisationTerms:
    return partners.OrganisationTerms(
        city_id=city_id,
        county_id=None,
        kind=OrganisationKind.OFFICE,
        level=Level.CITY,
        department_id=None,
        name=Translated({DEFAULT_LANGUAGE: name}),
        phone=None,
        licence_number=None,
    )
