"""Search over bases, activities and packages, in Chinese and in English.

Each has an entry with its title and all its words, folded: lower case, without accents and punctuation, a space at each
end of a word. An English word is found where a word begins with it, in any order; a run of Chinese characters without
cutting it into words, where the run stands, or at least half of its pairs of neighbouring characters. Commands keep
the entries of what they change; list_outdated() finds those whose words changed elsewhere, such as a county's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from exchange_app.catalogue.models import Base, Menu, MenuItem, Package, Publication, SearchEntry, Stop
from exchange_app.catalogue.queries import IS_PUBLIC
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.partners.models import City, County

MOST_WORDS = 8
LONGEST_QUERY = 100
_AT_A_TIME = 500
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_NO_LETTERS = re.compile("[\u0300-\u036f'’]")  # accents, and apostrophes within a word
_IS_HAN = re.compile(rf"[{_HAN}]")


class Entry(NamedTuple):
    title: str
    words: str


# ------------------------------------------------------------------------------------------------------------ searching


def read_words(query: str) -> list[str]:
    """What is looked for: English words and runs of Chinese characters, folded."""
    return _split(query[:LONGEST_QUERY])[:MOST_WORDS]


def fold(texts: Iterable[str]) -> str:
    """The words of some texts, one after the other, as they are searched in."""
    return f" {' '.join(_split(' '.join(texts)))} "


def _split(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall(_NO_LETTERS.sub("", plain))


def matches(words: Sequence[str], column: Any = SearchEntry.words) -> ColumnElement[bool]:
    """Whether an entry, or another column of folded words, has all the words."""
    return and_(*(_has(column, word) for word in words))


def _has(column: Any, word: str) -> ColumnElement[bool]:
    pairs = _pairs(word)
    if len(pairs) < 2:
        return _stands_in(column, word)
    enough: ColumnElement[bool] = _count(column, pairs) >= (len(pairs) + 1) // 2
    return enough


def score(
    words: Sequence[str], title: Any = SearchEntry.title, everything: Any = SearchEntry.words
) -> ColumnElement[int]:
    """How well an entry, or other columns of folded words, fit: words of the title count most, then runs that stand as
    they were typed."""
    total: Any = 0
    for word in words:
        total += case((_stands_in(title, word), 20), else_=0)
        total += case((_stands_in(everything, word), 5), else_=0)
        total += _count(title, _pairs(word))
    found: ColumnElement[int] = total
    return found


def _stands_in(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(word if _IS_HAN.match(word) else f" {word}")
    return found


def _pairs(word: str) -> list[str]:
    """The pairs of neighbouring characters of a Chinese run; an English word has none."""
    return [word[n : n + 2] for n in range(len(word) - 1)] if _IS_HAN.match(word) else []


def _count(column: Any, parts: Iterable[str]) -> Any:
    count: Any = 0
    for part in parts:
        count += case((column.contains(part), 1), else_=0)
    return count


def select_found(words: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """What visitors may see and has all the words, the best first: an id in one of three columns; to be paged."""
    is_public = or_(
        SearchEntry.base_id.is_not(None),
        Menu.publication == Publication.PUBLISHED,
        IS_PUBLIC,
    )
    return (
        select(SearchEntry.base_id, SearchEntry.menu_item_id, SearchEntry.package_id)
        .outerjoin(Package, Package.id == SearchEntry.package_id)
        .outerjoin(MenuItem, MenuItem.id == SearchEntry.menu_item_id)
        .outerjoin(Menu, Menu.id == MenuItem.menu_id)
        .where(matches(words), is_public)
        .order_by(
            score(words).desc(),
            SearchEntry.package_id.is_(None),
            SearchEntry.menu_item_id.is_(None),
            SearchEntry.id,
        )
    )


# ------------------------------------------------------------------------------------------------------ keeping entries


def note(row: Base | Menu | MenuItem | Package | Stop) -> None:
    """Write anew the entries of everything whose words this row is part of; it was added or changed, and flushed."""
    if isinstance(row, Base):
        items = db.session.scalars(select(MenuItem.id).where(MenuItem.base_id == row.id)).all()
        _write(SearchEntry.base_id, [row.id])
        _write_items(items)
    elif isinstance(row, MenuItem):
        _write_items([row.id])
    elif isinstance(row, Package):
        _write(SearchEntry.package_id, [row.id])
    elif isinstance(row, Stop):
        _write(SearchEntry.package_id, [row.package.id])


def _write_items(items: Collection[int]) -> None:
    packages = select(Stop.package_id).where(Stop.menu_item_id.in_(items)).distinct()
    _write(SearchEntry.menu_item_id, items)
    _write(SearchEntry.package_id, db.session.scalars(packages).all())


def list_outdated() -> list[tuple[Any, list[int]]]:
    """The entries that are missing or no longer say what they should: ids, by the column of their owner; to be given to
    rewrite(). It reads alone, so that nobody waits."""
    found = []
    for owner, kind in _KINDS:
        ids = db.session.scalars(select(kind.id).order_by(kind.id)).all()
        parts = [ids[n : n + _AT_A_TIME] for n in range(0, len(ids), _AT_A_TIME)]
        found.append((owner, [row_id for part in parts for row_id in _compare(owner, part)[1]]))
    return found


def rewrite(outdated: Iterable[tuple[Any, Collection[int]]]) -> None:
    for owner, ids in outdated:
        _write(owner, ids)


def fill_if_empty() -> None:
    """A database from before there was a search is searched from the first page on, not only once the job has run."""
    if db.session.scalar(select(SearchEntry.id).limit(1)) is None:
        rewrite(list_outdated())


_KINDS: Any = (
    (SearchEntry.base_id, Base),
    (SearchEntry.menu_item_id, MenuItem),
    (SearchEntry.package_id, Package),
)


def _write(owner: Any, ids: Collection[int]) -> None:
    there, wanted = _compare(owner, ids)
    for row_id, entry in wanted.items():
        row = there.get(row_id) or SearchEntry(**{owner.key: row_id})
        row.title, row.words = entry
        db.session.add(row)
    db.session.flush()


def _compare(owner: Any, ids: Collection[int]) -> tuple[Mapping[int, SearchEntry], Mapping[int, Entry]]:
    """The entries that are there, and what those that differ should be."""
    if not ids:
        return {}, {}
    read = {"base_id": _read_bases, "menu_item_id": _read_items, "package_id": _read_packages}[owner.key]
    entries = db.session.scalars(select(SearchEntry).where(owner.in_(ids)))
    there = {getattr(entry, owner.key): entry for entry in entries}
    stands = {row_id: (entry.title, entry.words) for row_id, entry in there.items()}
    return there, {row_id: entry for row_id, entry in read(ids).items() if stands.get(row_id) != entry}


def _read_bases(ids: Collection[int]) -> Mapping[int, Entry]:
    rows = db.session.execute(
        select(Base.id, Base.name, Base.description, Base.address, County.name, City.name)
        .join(Base.city)
        .outerjoin(Base.county)
        .where(Base.id.in_(ids))
    )
    return {row_id: _entry(name, *others) for row_id, name, *others in rows}


def _read_items(ids: Collection[int]) -> Mapping[int, Entry]:
    rows = db.session.execute(
        select(MenuItem.id, MenuItem.title, MenuItem.description, Base.name, County.name, City.name)
        .join(MenuItem.base)
        .join(Base.city)
        .outerjoin(Base.county)
        .where(MenuItem.id.in_(ids))
    )
    return {row_id: _entry(title, *others) for row_id, title, *others in rows}


def _read_packages(ids: Collection[int]) -> Mapping[int, Entry]:
    """With what their activities are called and where they are; many packages share an activity, so it is read once."""
    stops = select(Stop.package_id, Stop.menu_item_id).where(Stop.package_id.in_(ids), Stop.menu_item_id.is_not(None))
    items: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(stops.distinct().order_by(Stop.package_id, Stop.menu_item_id)):
        items[row[0]].append(row[1])
    told = db.session.execute(
        select(MenuItem.id, MenuItem.title, Base.name, County.name)
        .join(MenuItem.base)
        .outerjoin(Base.county)
        .where(MenuItem.id.in_({item_id for found in items.values() for item_id in found}))
    )
    names = {item_id: found for item_id, *found in told}
    rows = db.session.execute(
        select(Package.id, Package.title, Package.summary, City.name).join(Package.host_city).where(Package.id.in_(ids))
    )
    return {
        row_id: _entry(title, *others, *(name for item_id in items[row_id] for name in names[item_id]))
        for row_id, title, *others in rows
    }


def _entry(title: Translated, *others: Translated | None) -> Entry:
    texts = [text for other in others if other for text in other.values()]
    return Entry(fold(title.values()), fold([*title.values(), *texts]))
