"""What the pictures of figures are drawn with: an SVG with words for those who do not see it, texts, bars, a hatching
for what is not shown. Colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import east_asian_width

from flask_babel import gettext
from markupsafe import Markup

COLOURS = 4  # .figure-1 to .figure-4 of site.css
SIZE = 13  # of letters
NARROW = 0.58  # of a Latin letter's height; a Chinese character is as wide as it is high


SVG = Markup(
    '<svg class="figure {css}" viewBox="0 0 {width} {height}" role="img" aria-label="{words}">'
    '<defs><pattern id="hatching-{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="figure-hatching" d="M0 0V5"/></pattern></defs>{parts}</svg>'
)
TEXT = Markup('<text class="{css}" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>')
BAR = Markup('<rect x="{x}" y="{y}" width="{width}" height="{height}" {fill}/>')
SHAPE = Markup('<path {fill} d="{outline}"/>')
HATCHED = Markup('fill="url(#hatching-{name})"')
FILL = Markup('class="{css}"')


def draw(name: str, width: float, height: float, words: str, parts: Iterable[Markup], *, css: str) -> Markup:
    """``words`` say what the picture shows above all."""
    size = {"width": number(width), "height": number(height)}
    return SVG.format(name=name, words=words, css=css, parts=Markup().join(parts), **size)


def hatched(name: str) -> Markup:
    """The fill of what is not shown in the picture of this name."""
    return HATCHED.format(name=name)


def colour(at: int) -> str:
    return f"figure-{at % COLOURS + 1}"


def coloured(at: int) -> Markup:
    return filled(colour(at))


def filled(css: str) -> Markup:
    return FILL.format(css=css)


def text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "figure-words") -> Markup:
    return TEXT.format(css=css, x=number(x), y=number(y), anchor=anchor, words=words)


def bar(x: float, y: float, width: float, height: float, fill: Markup) -> Markup:
    return BAR.format(x=number(x), y=number(y), width=number(width), height=number(height), fill=fill)


def shape(outline: str, fill: Markup) -> Markup:
    return SHAPE.format(outline=outline, fill=fill)


def fitting(words: str, width: float) -> str:
    """As much of it as fits on a line of this width; what does not ends with an ellipsis."""
    if _width_of(words) <= width:
        return words
    fits = next(count for count in range(len(words), -1, -1) if _width_of(words[:count] + "…") <= width or not count)
    return words[:fits].rstrip() + "…"


def _width_of(words: str) -> float:
    return SIZE * sum(1 if east_asian_width(sign) in "WF" else NARROW for sign in words)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def not_shown() -> str:
    return gettext("not shown")
