"""Public notices for feed readers: Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree

from exchange_app.core.text import current_language
from exchange_app.noticeboard.links import BOARD_PATH, notice_path
from exchange_app.noticeboard.models import Notice
from exchange_app.web.labels import label

ATOM = "http://www.w3.org/2005/Atom"
ElementTree.register_namespace("", ATOM)


class Channel(NamedTuple):
    """What a feed says of itself: its ``title``, its own ``address``, and where the site is."""

    title: str
    address: str
    public_url: str


def write_feed(channel: Channel, notices: Sequence[Notice], now: datetime) -> bytes:
    """In the reader's language. Without notices it was updated ``now``."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": current_language().replace("_", "-")})
    _add(feed, "id", channel.public_url + BOARD_PATH)
    _add(feed, "title", channel.title)
    _add(feed, "updated", max((_updated(notice) for notice in notices), default=now).isoformat())
    _add(feed, "link", rel="self", type="application/atom+xml", href=channel.address)
    _add(feed, "link", rel="alternate", type="text/html", href=channel.public_url + BOARD_PATH)
    for notice in notices:
        _write_entry(_add(feed, "entry"), notice, channel.public_url + notice_path(notice))
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _write_entry(entry: ElementTree.Element, notice: Notice, address: str) -> None:
    _add(entry, "id", address)
    _add(entry, "title", str(notice.title))
    _add(entry, "updated", _updated(notice).isoformat())
    if notice.published_at is not None:
        _add(entry, "published", notice.published_at.isoformat())
    _add(_add(entry, "author"), "name", str(notice.office.name))
    _add(entry, "category", term=notice.category.value, label=label(notice.category))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(entry, "content", str(notice.body), type="text")


def _updated(notice: Notice) -> datetime:
    return max(notice.changed_at, notice.published_at or notice.changed_at)


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
