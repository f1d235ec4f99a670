"""The schematic map: each city's counties as tiles in rough position, each with its bases; no boundary is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from exchange_app.core.text import LANGUAGES, Translated, current_language

TILE = 90
GAP = 6
PER_ROW, PITCH = 3, 28  # bases beside each other in a tile
MOST_ROWS = 2
NAMES = 62  # the height of a tile's names, in three lines
FIRST_LINE, LINE = 21, 15
ROW = 30


class Mark(NamedTuple):
    """A base, drawn in a tile; ``title`` says its name in both languages."""

    slug: str
    title: str
    x: int
    y: int


class Tile(NamedTuple):
    """A county; its name in the reader's language and in the other one are in ``lines`` short enough for the tile, each
    with its distance from the top and whether it is the reader's."""

    address: str
    name: str
    lines: list[tuple[str, int, bool]]
    packages: int
    x: int
    y: int
    marks: list[Mark]


class County(NamedTuple):
    """As it stands in the list below the map."""

    address: str
    name: Translated
    packages: int
    bases: Sequence[Any]


class CityMap(NamedTuple):
    slug: str
    name: Translated
    width: int
    height: int
    tile_height: int
    tiles: list[Tile]
    counties: list[County]


def draw_maps(
    places: Sequence[Any], bases: Sequence[Any], packages: Mapping[str, int], address: Callable[[str], str]
) -> list[CityMap]:
    """From the rows of packages.list_places() and list_bases(); ``packages`` says how many each county has, by its
    code, ``address`` where they are."""
    of_county: dict[str, list[Any]] = defaultdict(list)
    for base in bases:
        of_county[base.county].append(base)
    return [
        _draw(
            slug,
            city,
            [
                (row, County(address(row.code), row.name, packages.get(row.code, 0), of_county[row.code]))
                for row in rows
                if row.code
            ],
        )
        for slug, city, rows in _by_city(places)
    ]


def _by_city(places: Sequence[Any]) -> Iterator[tuple[str, Translated, list[Any]]]:
    for slug, rows in groupby(places, key=lambda place: place.city_slug):
        found = list(rows)
        yield slug, found[0].city, found


def _draw(slug: str, city: Translated, counties: Sequence[tuple[Any, County]]) -> CityMap:
    placed = [(row, county) for row, county in counties if row.map_x is not None and row.map_y is not None]
    fullest = max((len(county.bases) for _, county in placed), default=0)
    height = NAMES + ROW * min(MOST_ROWS, max(1, -(-fullest // PER_ROW)))
    tiles = [_tile(county, row.map_x * (TILE + GAP), row.map_y * (height + GAP)) for row, county in placed]
    return CityMap(
        slug,
        city,
        max((tile.x + TILE for tile in tiles), default=0),
        max((tile.y + height for tile in tiles), default=0),
        height,
        tiles,
        [county for _, county in counties],
    )


def _tile(county: County, x: int, y: int) -> Tile:
    marks = [
        Mark(base.slug, in_both(base.name), 17 + place % PER_ROW * PITCH, NAMES + 14 + place // PER_ROW * ROW)
        for place, base in enumerate(county.bases[: PER_ROW * MOST_ROWS])
    ]
    return Tile(county.address, in_both(county.name), _lines(county.name), county.packages, x, y, marks)


def in_other(name: Translated) -> str:
    """The name in the language that the reader did not choose, if it has one."""
    return next((name[language] for language in LANGUAGES if language != current_language() and language in name), "")


def in_both(name: Translated) -> str:
    return " · ".join(dict.fromkeys(text for text in (str(name), in_other(name)) if text))


def _lines(name: Translated) -> list[tuple[str, int, bool]]:
    own, other = _broken(str(name)), _broken(in_other(name))
    return [(line, FIRST_LINE + LINE * place, place < len(own)) for place, line in enumerate([*own, *other])]


def _broken(name: str) -> list[str]:
    """Xixiangtang District is wider than a tile: its kind goes below."""
    head, _, kind = name.rpartition(" ")
    return [line for line in (head, kind) if line]
