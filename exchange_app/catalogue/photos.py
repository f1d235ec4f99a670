"""Photos of bases, activities and packages.

Storing the files and writing down the photo are two steps: cutting takes a second, and nobody else should wait for a
transaction that long. What a fault between them leaves behind, remove_stray_files() clears away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.catalogue import pictures
from exchange_app.catalogue.errors import (
    AlternativeMissing,
    ChangedMeanwhile,
    PhotoMissing,
    PhotoNotCleared,
    PhotoNotFound,
)
from exchange_app.catalogue.models import Base, MenuItem, Package, Photo
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.core.transaction import on_commit

Owner: TypeAlias = Base | MenuItem | Package

STRAY_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PhotoTerms:
    """What an organiser says about a photo; the focus is in per cent from the left and from the top. ``is_cleared``: no
    child can be recognised in it."""

    focus_x: int
    focus_y: int
    alternative: Translated
    credit: str
    is_cleared: bool


def photo_folder() -> Path:
    return Path(setting("DATA_DIR")) / "photos"


def store_files(owner: Owner, upload: BinaryIO | None, terms: PhotoTerms) -> str:
    """Store an uploaded picture, or without one that of the owner's photo cut anew; returns the name of its content.

    Raises AlternativeMissing, PhotoNotCleared, PhotoMissing, or what is wrong with the picture.
    """
    if not all(terms.alternative.get(language) for language in LANGUAGES):
        raise AlternativeMissing()
    if not terms.is_cleared:
        raise PhotoNotCleared()
    if upload is None and owner.photo is None:
        raise PhotoMissing()
    folder = photo_folder()
    picture = pictures.read_picture(upload) if upload else pictures.open_whole(folder, content_of(owner))
    return pictures.store_picture(folder, picture, (terms.focus_x, terms.focus_y), owner=_name_of(owner))


def keep_photo(owner: Owner, content: str, terms: PhotoTerms, *, seen: str, by: User, now: datetime) -> None:
    """Make the stored files the owner's photo; those of the one before go. ``seen`` is the content that the editor saw.

    Raises ChangedMeanwhile.
    """
    _lock(owner)
    if content_of(owner) != seen:
        raise ChangedMeanwhile(current=content_of(owner))
    photo = owner.photo = owner.photo or Photo()
    photo.content, photo.credit, photo.alternative = content, terms.credit, terms.alternative
    photo.focus_x, photo.focus_y = terms.focus_x, terms.focus_y
    photo.cleared_by, photo.cleared_at = by, now
    db.session.flush()
    if seen and seen != content:
        _remove_files_later(seen)


def remove_photo(owner: Owner) -> None:
    """Raises PhotoNotFound."""
    _lock(owner)
    if owner.photo is None:
        raise PhotoNotFound()
    drop_photo(owner)
    db.session.flush()


def drop_photo(owner: Owner) -> None:
    """The photo goes, its files when this is stored; for an owner that has one or is about to go itself."""
    if owner.photo is not None:
        _remove_files_later(owner.photo.content)
        owner.photo = None


def content_of(owner: Owner) -> str:
    return owner.photo.content if owner.photo else ""


def remove_stray_files(now: datetime) -> int:
    """Files that no photo names and that are older than a day. Returns how many there were."""
    known = db.session.scalars(select(Photo.content)).all()
    return pictures.remove_strays(photo_folder(), known, before=(now - STRAY_AFTER).timestamp())


def _lock(owner: Owner) -> None:
    kind = type(owner)
    db.session.execute(select(kind.id).where(kind.id == owner.id).with_for_update(key_share=True))
    db.session.refresh(owner, ["photo"])


def _name_of(owner: Owner) -> str:
    return f"{owner.__tablename__}/{owner.id}"


def _remove_files_later(content: str) -> None:
    folder = photo_folder()
    on_commit(lambda: pictures.remove_files(folder, content))
