"""A photo comes in: its files first, then, in a transaction of its own, what is said about it."""

from __future__ import annotations

from collections.abc import Collection

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.views.saving import is_saved
from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.publicity.forms import PhotoForm
from exchange_app.publicity.models import Campaign, Story
from exchange_app.publicity.service import photos
from exchange_app.web.errors import beside_field


def is_added(form: PhotoForm, owner: Story | Campaign, groups: Collection[Booking]) -> bool:
    """A refusal stands beside its field."""
    if not form.validate_on_submit():
        return False
    terms = form.terms()
    try:
        content = photos.store_files(owner, form.file.data.stream, terms)
    except Refusal as refusal:
        beside_field(form, refusal)
        return False
    return is_saved(form, lambda: photos.add_photo(owner, groups, content, terms, by=me(), now=now()))
