"""What waits for a co-ordinator, on the first page of their work. Features above this one name what they know of
(`features.WAITING`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, current_app

from exchange_app.accounts.models import User


@dataclass(frozen=True, slots=True)
class Item:
    """One thing, in words; ``endpoint`` with its ``values`` is the page where it is seen to."""

    words: str
    note: str
    endpoint: str
    values: Mapping[str, Any]
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """``is_answer``: others can do nothing until this is answered. ``all_at`` is the page that lists them all, for when
    they are too many for the first one."""

    name: str
    heading: str
    items: Sequence[Item]
    is_answer: bool = False
    all_at: str = ""


Teller = Callable[[User, date], Iterable[Section]]

TELLERS = "coordinators_waiting"


def know_waiting(app: Flask, tellers: Iterable[Teller]) -> None:
    app.extensions[TELLERS] = tuple(tellers)


def list_waiting(user: User, today: date) -> Sequence[Section]:
    """Those in which something waits."""
    sections = (section for tell in current_app.extensions[TELLERS] for section in tell(user, today))
    return [section for section in sections if section.items]
