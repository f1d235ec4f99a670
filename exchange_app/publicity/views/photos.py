"""The files of photos, to those who may see them at this moment."""

from __future__ import annotations

from flask import request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import reader
from exchange_app.catalogue.covers import HEIGHT, WIDTH
from exchange_app.catalogue.pictures import WIDTHS, path_of
from exchange_app.catalogue.views.pictures import NOTHING_RUNS, Picture, drawn
from exchange_app.publicity.errors import StoryPhotoNotFound
from exchange_app.publicity.models import StoryPhoto
from exchange_app.publicity.queries import photos as queries
from exchange_app.publicity.rules import Permission
from exchange_app.publicity.service.photos import photo_folder
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.policies import anyone

VERSIONS = tuple(map(str, WIDTHS))


@publicity.get("/story-photos/<int:photo_id>/<version>.webp")
@anyone
def photo(photo_id: int, version: str) -> ResponseReturnValue:
    """Asked about each time, and kept by no cache that does not ask again."""
    found = queries.find_photo(photo_id)
    if found is None or version not in VERSIONS or not _may_see(found):
        raise StoryPhotoNotFound()
    path = path_of(photo_folder(), found.content, version)
    if not path.is_file():
        raise StoryPhotoNotFound()
    answer = send_from_directory(path.parent.resolve(), path.name, mimetype="image/webp", conditional=False)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = NOTHING_RUNS
    answer.set_etag(f"{found.content}-{version}")
    return answer.make_conditional(request)


def _may_see(found: StoryPhoto) -> bool:
    """Everybody what is out; who writes, checks or names what is not, but never somebody who does not want it."""
    permission = queries.map_permissions([found])[found.id]
    if permission is Permission.LOST:
        return False
    owner = found.story or found.campaign
    if owner is not None and owner.is_published and found.is_checked and permission is Permission.GIVEN:
        return True
    user = reader()
    return user is not None and queries.may_look_at(found, user)


@publicity.app_template_global()
def picture_of_story_photo(found: StoryPhoto) -> Picture:
    addresses = {width: url_for("publicity.photo", photo_id=found.id, version=width) for width in WIDTHS}
    srcset = ", ".join(f"{address} {width}w" for width, address in addresses.items())
    return Picture(addresses[WIDTHS[1]], srcset, WIDTH, HEIGHT, str(found.alternative), found.credit)


@publicity.app_template_global()
def drawn_cover(name: str, plan: str, city: str) -> Picture:
    """Where there is no photo that everybody may see."""
    return drawn(name, plan, city)
