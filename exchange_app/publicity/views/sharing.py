"""Cards to share: a page with the card, its address and what may be done with it."""

from __future__ import annotations

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.catalogue.queries import get_package
from exchange_app.core.settings import setting
from exchange_app.departures.queries import get_departure
from exchange_app.publicity.cards import Card, draw_card
from exchange_app.publicity.errors import NothingToShare
from exchange_app.publicity.queries.campaigns import get_public_campaign
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.formats import date_range, days, site_name
from exchange_app.web.policies import anyone

CARD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@publicity.get("/share/<any(campaigns, packages, departures):kind>/<name>")
@anyone
def share(kind: str, name: str) -> ResponseReturnValue:
    card = _card(kind, name)
    return render_template("publicity/share.html", card=card, kind=kind, name=name)


@publicity.get("/share/<any(campaigns, packages, departures):kind>/<name>/card.svg")
@anyone
def card(kind: str, name: str) -> ResponseReturnValue:
    answer = Response(draw_card(_card(kind, name)), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = CARD_POLICY
    return answer


def _card(kind: str, name: str) -> Card:
    """In the reader's language, of what everybody may see. Raises NothingToShare, CampaignNotFound, PackageNotFound or
    DepartureNotFound."""
    match kind:
        case "campaigns":
            return _card_of_campaign(_number(name))
        case "packages":
            return _card_of_package(name)
        case _:
            return _card_of_departure(_number(name))


def _number(name: str) -> int:
    if not (name.isascii() and name.isdigit() and len(name) < 19):
        raise NothingToShare()
    return int(name)


def _card_of_campaign(campaign_id: int) -> Card:
    campaign = get_public_campaign(campaign_id)
    address = url_for("publicity.campaign", campaign_id=campaign.id)
    place = " · ".join(filter(None, [str(campaign.city.name), str(campaign.place)]))
    return _made(str(campaign.title), date_range(campaign.starts_on, campaign.ends_on), place, address, campaign.plan)


def _card_of_package(slug: str) -> Card:
    package = get_package(slug)
    address = url_for("departures.package", slug=package.slug)
    return _made(str(package.title), days(package.days), str(package.host_city.name), address, package.plan)


def _card_of_departure(departure_id: int) -> Card:
    departure = get_departure(departure_id)
    package = departure.package
    address = url_for("departures.show", departure_id=departure.id)
    when = date_range(departure.starts_on, departure.ends_on)
    return _made(str(package.title), when, str(package.host_city.name), address, package.plan)


def _made(title: str, when: str, place: str, address: str, plan: str) -> Card:
    return Card(title, when, place, site_name(), setting("PUBLIC_URL") + address, str(plan))
