"""Feeds for feed readers: Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree

from exchange_app.core.text import current_language

ATOM = "http://www.w3.org/2005/Atom"
ElementTree.register_namespace("", ATOM)


class Channel(NamedTuple):
    """What a feed says of itself: its ``title``, its own ``address``, and that of the ``page`` that says the same, by
    which readers know it: another feed has another one."""

    title: str
    address: str
    page: str


class Entry(NamedTuple):
    """``category`` is a value and its words."""

    address: str
    title: str
    updated: datetime
    published: datetime | None
    author: str
    category: tuple[str, str]
    text: str


def write_feed(channel: Channel, entries: Sequence[Entry], now: datetime) -> bytes:
    """In the reader's language. Without entries it was updated ``now``."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": current_language().replace("_", "-")})
    _add(feed, "id", channel.page)
    _add(feed, "title", channel.title)
    _add(feed, "updated", max((entry.updated for entry in entries), default=now).isoformat())
    _add(feed, "link", rel="self", type="application/atom+xml", href=channel.address)
    _add(feed, "link", rel="alternate", type="text/html", href=channel.page)
    for entry in entries:
        _write_entry(_add(feed, "entry"), entry)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _write_entry(element: ElementTree.Element, entry: Entry) -> None:
    value, words = entry.category
    _add(element, "id", entry.address)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated.isoformat())
    if entry.published is not None:
        _add(element, "published", entry.published.isoformat())
    _add(_add(element, "author"), "name", entry.author)
    _add(element, "category", term=value, label=words)
    _add(element, "link", rel="alternate", type="text/html", href=entry.address)
    _add(element, "content", entry.text, type="text")


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
