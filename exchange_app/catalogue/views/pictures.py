"""Photos and cover art as browsers fetch them. Each address names its content, so that it is fetched once."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from exchange_app.catalogue.covers import HEIGHT, WIDTH, cover_edition, cover_name, draw_cover, is_cover_name
from exchange_app.catalogue.errors import PhotoNotFound
from exchange_app.catalogue.models import Base, BaseKind, MenuItem, Package, Photo
from exchange_app.catalogue.photos import photo_folder
from exchange_app.catalogue.pictures import VERSIONS, WIDTHS, path_of
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.core.text import Translated
from exchange_app.partners.models import Plan
from exchange_app.web.headers import FOR_EVER
from exchange_app.web.policies import anyone

NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# A base serves many plans; its cover shows the scene that suits its kind.
SCENES = {
    BaseKind.MUSEUM: Plan.YOUTH,
    BaseKind.MEMORIAL: Plan.YOUTH,
    BaseKind.SCHOOL: Plan.YOUTH,
    BaseKind.WORKSHOP: Plan.COMMUNITY,
    BaseKind.VILLAGE: Plan.COMMUNITY,
    BaseKind.RESERVE: Plan.TOURISM,
    BaseKind.SCENIC_AREA: Plan.TOURISM,
}


class Picture(NamedTuple):
    """What an `img` shows; ``srcset`` is empty for a drawing, which has no ``alternative`` words either."""

    src: str
    srcset: str
    width: int
    height: int
    alternative: str
    credit: str


@catalogue.get("/covers/<name>.<edition>.svg")
@anyone
def cover(name: str, edition: str) -> ResponseReturnValue:
    if edition != cover_edition() or not is_cover_name(name):
        raise PhotoNotFound()
    return _for_ever(Response(draw_cover(name), mimetype="image/svg+xml"))


@catalogue.get("/photos/<content>-<version>.webp")
@anyone
def photo(content: str, version: str) -> ResponseReturnValue:
    if version not in VERSIONS or not content.isalnum() or not path_of(photo_folder(), content, version).is_file():
        raise PhotoNotFound()
    path = path_of(photo_folder(), content, version)
    return _for_ever(send_from_directory(path.parent.resolve(), path.name, mimetype="image/webp"))


def _for_ever(response: Response) -> Response:
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    return response


@catalogue.app_template_global()
def picture_of(thing: Base | MenuItem | Package) -> Picture:
    """The photo of a base, an activity or a package, or the cover drawn for it."""
    if thing.photo is not None:
        return picture_of_photo(thing.photo)
    if isinstance(thing, Base):
        return drawn(thing.slug, SCENES[thing.kind], thing.city.slug)
    if isinstance(thing, MenuItem):
        return drawn(thing.slug, thing.plan, thing.menu.city.slug)
    return drawn(thing.slug, thing.plan, thing.host_city.slug)


@catalogue.app_template_global()
def picture_of_row(package: Any) -> Picture:
    """The same for a package as a list of dates reads it."""
    if package.photo:
        return shown(package.photo, package.photo_alternative, "")
    return drawn(package.slug, package.plan, package.city_slug)


def picture_of_photo(photo: Photo) -> Picture:
    return shown(photo.content, photo.alternative, photo.credit)


def shown(content: str, alternative: Translated, credit: str) -> Picture:
    addresses = {width: url_for("catalogue.photo", content=content, version=width) for width in WIDTHS}
    srcset = ", ".join(f"{address} {width}w" for width, address in addresses.items())
    return Picture(addresses[WIDTHS[1]], srcset, WIDTH, HEIGHT, str(alternative), credit)


def drawn(slug: str, plan: str, city: str) -> Picture:
    address = url_for("catalogue.cover", name=cover_name(slug, str(plan), city), edition=cover_edition())
    return Picture(address, "", WIDTH, HEIGHT, "", "")
