"""Long lists, a page at a time: `?page=2`, with everything else in the address kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Select, func, select

from exchange_app.core.database import db
from exchange_app.core.errors import NotFound
from exchange_app.core.text import sentence
from exchange_app.web.addresses import asking_on

PAGE_SIZE = 20
COUNTED = 1000  # beyond this nobody reads a number, and counting further would cost with every row


class PageNotFound(NotFound):
    slug = "page-not-found"
    words = sentence("There is no such page in this list (any more).")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``total`` is None where there are more than COUNTED."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int | None
    has_next: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def count(self) -> int | None:
        """How many pages there are, if it is known."""
        return None if self.total is None else max(1, -(-self.total // self.size))

    def address(self, number: int) -> str:
        """Another page of the same list, with the same filters."""
        path = url_for(str(request.endpoint), **(request.view_args or {}))
        return asking_on(path, {"page": number if number > 1 else None})


def page_of(rows: Select[*tuple[Any, ...]], *, size: int = PAGE_SIZE) -> Page:
    """The page that the address asks for, in two statements. What is no page number means the first page.

    Raises PageNotFound beyond the last page.
    """
    number = _asked_number()
    found = _fetch(rows.limit(size + 1).offset((number - 1) * size))
    if not found and number > 1:
        raise PageNotFound()
    total = _count(rows) if number > 1 or len(found) > size else len(found)
    return Page(found[:size], number, size, total, has_next=len(found) > size)


def page_in(rows: Sequence[Any], *, size: int = PAGE_SIZE) -> Page:
    """The same of rows that are all there already. Raises PageNotFound beyond the last page."""
    number = _asked_number()
    before = (number - 1) * size
    found = rows[before : before + size]
    if not found and number > 1:
        raise PageNotFound()
    return Page(found, number, size, len(rows), has_next=len(rows) > before + size)


def _asked_number() -> int:
    asked = request.args.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _fetch(rows: Select[Any]) -> Sequence[Any]:
    """Objects where one thing is selected, rows where several are."""
    is_one_thing = len(rows.column_descriptions) == 1
    return db.session.scalars(rows).all() if is_one_thing else db.session.execute(rows).all()


def _count(rows: Select[Any]) -> int | None:
    some = rows.order_by(None).limit(COUNTED + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(some)) or 0
    return total if total <= COUNTED else None
