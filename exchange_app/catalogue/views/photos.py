"""Organisers put a photo on a base, an activity or a package of theirs, choose what of it stays in sight, and take it
away again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.accounts.sessions import me
from exchange_app.catalogue import photos, queries
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.photo_form import PhotoForm
from exchange_app.catalogue.photos import Owner
from exchange_app.catalogue.pictures import FORMATS, MOST_BYTES, WHOLE
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.pictures import picture_of
from exchange_app.catalogue.views.saving import is_done, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.files import takes_file
from exchange_app.web.policies import allows

SAVED = sentence("The photo is saved.")
REMOVED = sentence("The photo is removed.")
ACCEPTED = ",".join(f"image/{name.lower()}" for name in FORMATS)


@catalogue.route("/organiser/bases/<int:base_id>/photo", methods=["GET", "POST"])
@takes_file(MOST_BYTES)
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def base_photo(base_id: int) -> ResponseReturnValue:
    base = queries.get_base_of(base_id, current_user)
    trail = [(url_for("catalogue.own_bases"), sentence("Bases"))]
    return _edit(base, base.name, trail, url_for("catalogue.edit_base", base_id=base_id))


@catalogue.post("/organiser/bases/<int:base_id>/photo/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_base_photo(base_id: int) -> ResponseReturnValue:
    return _remove(queries.get_base_of(base_id, current_user), url_for("catalogue.base_photo", base_id=base_id))


@catalogue.route("/organiser/menus/<int:menu_id>/items/<int:item_id>/photo", methods=["GET", "POST"])
@takes_file(MOST_BYTES)
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def item_photo(menu_id: int, item_id: int) -> ResponseReturnValue:
    item = queries.get_item_of(menu_id, item_id, current_user)
    trail = [
        (url_for("catalogue.own_menus"), sentence("Menus")),
        (url_for("catalogue.own_menu", menu_id=menu_id), item.menu.title),
    ]
    return _edit(item, item.title, trail, url_for("catalogue.edit_item", menu_id=menu_id, item_id=item_id))


@catalogue.post("/organiser/menus/<int:menu_id>/items/<int:item_id>/photo/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_item_photo(menu_id: int, item_id: int) -> ResponseReturnValue:
    item = queries.get_item_of(menu_id, item_id, current_user)
    return _remove(item, url_for("catalogue.item_photo", menu_id=menu_id, item_id=item_id))


@catalogue.route("/organiser/packages/<int:package_id>/photo", methods=["GET", "POST"])
@takes_file(MOST_BYTES)
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def package_photo(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    trail = [(url_for("catalogue.own_packages"), sentence("Packages"))]
    return _edit(package, package.title, trail, url_for("catalogue.own_package", package_id=package_id))


@catalogue.post("/organiser/packages/<int:package_id>/photo/remove")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def remove_package_photo(package_id: int) -> ResponseReturnValue:
    package = queries.get_package_of(package_id, current_user)
    return _remove(package, url_for("catalogue.package_photo", package_id=package_id))


def _edit(owner: Owner, title: Any, trail: list[tuple[str, Any]], back: str) -> ResponseReturnValue:
    form = PhotoForm(obj=owner.photo, seen=photos.content_of(owner))
    form.file.flags.required = owner.photo is None
    whole = owner.photo and url_for("catalogue.photo", content=owner.photo.content, version=WHOLE)
    picture = picture_of(owner)
    if _is_saved(form, owner):
        flash(str(SAVED), "success")
        return redirect(request.path, 303)
    page = render_template(
        "catalogue/photo.html",
        form=form,
        picture=picture,
        whole=whole,
        kept=owner.photo,
        title=title,
        trail=[*trail, (back, title)],
        most_bytes=MOST_BYTES,
        formats=ACCEPTED,
    )
    return page, status_of_form(form)


def _is_saved(form: PhotoForm, owner: Owner) -> bool:
    if not form.validate_on_submit():
        return False
    terms = form.terms()
    try:
        content = photos.store_files(owner, form.upload, terms)
        with transaction():
            photos.keep_photo(owner, content, terms, seen=form.seen.data, by=me(), now=now())
    except Refusal as refusal:
        if isinstance(refusal, ChangedMeanwhile):
            form.seen.data = refusal.current
        beside_field(form, refusal)
        return False
    return True


def _remove(owner: Owner, back: str) -> ResponseReturnValue:
    is_done(lambda: photos.remove_photo(owner), done=REMOVED)
    return redirect(back, 303)
