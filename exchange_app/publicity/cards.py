"""A card to share: title, date, city and a code that a phone reads, as one SVG.

Words are set by the reader's own fonts, which a server has not; static/card.js makes a PNG of it where one is wanted.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape

import segno

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
TITLE_SIZE, TITLE_LINES, TITLE_WIDTH = 64, 3, 740
CODE_SIZE = 264
# Of a bold Latin letter's height; a Chinese character is as wide as it is high.
NARROW, CAPITAL, BROADEST, BROAD = 0.68, 0.82, 1.12, frozenset("MW@%—")
GROUNDS = {"youth": "#1d3f6e", "community": "#23694b", "tourism": "#9d1f33"}
FONTS = "'Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"


@dataclass(frozen=True, slots=True)
class Card:
    """``address`` is where its code leads; ``plan`` chooses the colour."""

    title: str
    days: str
    city: str
    site: str
    address: str
    plan: str


def draw_card(card: Card) -> str:
    ground = GROUNDS[card.plan]
    lines = wrap(card.title, TITLE_WIDTH / TITLE_SIZE, TITLE_LINES)
    title = "".join(
        _text(MARGIN, 180 + round(TITLE_SIZE * 1.3) * n, TITLE_SIZE, line, weight=700) for n, line in enumerate(lines)
    )
    (place,), (site,) = wrap(card.city, (WIDTH - 2 * MARGIN) / 38, 1), wrap(card.site, TITLE_WIDTH / 24, 1)
    left, top = WIDTH - MARGIN - CODE_SIZE, 152
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" font-family="{FONTS}"><title>{escape(card.title)}</title>'
        f'<path fill="{ground}" d="M0 0H{WIDTH}V{HEIGHT}H0Z"/>'
        f'<g fill="#fff">{title}{_text(MARGIN, 470, 38, card.days)}{_text(MARGIN, 526, 38, place)}</g>'
        f"{_hem()}{_code(card.address, left, top)}"
        f'<g fill="#fff" text-anchor="end">{_text(left + CODE_SIZE, top + CODE_SIZE + 44, 24, site)}</g>'
        "</svg>"
    )


def wrap(text: str, width: float, most: int) -> list[str]:
    """Lines of at most so many heights of a character; what does not fit ends with an ellipsis."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        fitting = _fitting(rest, width)
        lines.append(rest[:fitting].rstrip())
        rest = rest[fitting:].lstrip()
    if rest:
        last = lines[-1] if _width(lines[-1]) + 1 <= width else lines[-1][:-1].rstrip()
        lines[-1] = last + "…"
    return lines


def _width(text: str) -> float:
    return sum(map(_width_of, text))


def _width_of(sign: str) -> float:
    if sign in BROAD:
        return BROADEST
    if unicodedata.east_asian_width(sign) in "WF":
        return 1
    return CAPITAL if sign.isupper() else NARROW


def _fitting(text: str, width: float) -> int:
    """How many characters fit on a line; Latin words stay whole where they can."""
    count = next((n for n in range(1, len(text)) if _width(text[: n + 1]) > width), len(text))
    if count == len(text) or text[count] == " ":
        return count
    pause = max(text.rfind(" ", 0, count), text.rfind("-", 0, count) + 1, text.rfind("–", 0, count) + 1)
    is_within_a_word = text[count].isascii() and text[count - 1].isascii()
    return pause if is_within_a_word and pause > 0 else count


def _text(x: int, y: int, size: int, words: str, weight: int = 400) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}">{escape(words)}</text>'


def _hem() -> str:
    return (
        '<pattern id="p" width="40" height="32" y="598" patternUnits="userSpaceOnUse"><path fill="#e0a72e" '
        'd="M0 0H40V32H0Z"/><path fill="#1d3f6e" fill-rule="evenodd" d="M20 2 38 16 20 30 2 16ZM20 9 11 16 20 23 29 '
        '16Z"/></pattern><path fill="url(#p)" d="M0 598H1200V630H0Z"/>'
    )


def _code(address: str, x: int, y: int) -> str:
    """Dark on white with its quiet margin."""
    rows = list(segno.make_qr(address, error="m").matrix_iter(border=4))
    squares = "".join(
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(rows) for column, is_dark in enumerate(line) if is_dark
    )
    scale = CODE_SIZE / len(rows)
    return (
        f'<g transform="translate({x} {y}) scale({scale:.4f})" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0H{len(rows)}V{len(rows)}H0Z"/><path d="{squares}"/></g>'
    )
