"""What the pictures of figures are drawn with: an SVG with words for those who do not see it, texts, bars, a hatching
for what is not shown. Colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from flask_babel import gettext
from markupsafe import Markup

from exchange_app.publicity.cards import wrap

COLOURS = 4  # .figure-1 to .figure-4 of site.css
SIZE = 13  # of letters


def draw(name: str, width: float, height: float, words: str, parts: Iterable[str], *, css: str = "") -> Markup:
    """``words`` say what the picture shows above all."""
    return Markup(
        f'<svg class="figure {css}" viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-label="{escape(words)}">{_hatching(name)}{"".join(parts)}</svg>'
    )


def _hatching(name: str) -> str:
    return (
        f'<defs><pattern id="hatching-{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="figure-hatching" d="M0 0V5"/></pattern></defs>'
    )


def hatched(name: str) -> str:
    """The fill of what is not shown, as an attribute."""
    return f'fill="url(#hatching-{name})" class="figure-hidden"'


def coloured(at: int) -> str:
    return f'class="figure-{at % COLOURS + 1}"'


def text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "figure-words") -> str:
    return f'<text class="{css}" x="{number(x)}" y="{number(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def bar(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" {fill}/>'


def fitting(words: str, width: float) -> str:
    """As much of it as fits on a line of this width."""
    return wrap(words, width / SIZE, 1)[0] if words else ""


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def not_shown() -> str:
    return gettext("not shown")
