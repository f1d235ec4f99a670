"""Cover art for whatever has no photo: a scene of the two cities' country, drawn from a name and the same each time.

A plan chooses the scene (karst mountains, terraced fields, a river with a boat), the name its shapes and its brocade,
the city the colour of its sky. Each drawing is one small SVG with a light and a dark palette.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from random import Random

from exchange_app.partners.models import Plan

WIDTH, HEIGHT = 480, 320
_NAME = re.compile(rf"({'|'.join(Plan)})-([0-9a-f]{{2}})-([0-9a-f]{{10}})")
_EDITION = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]  # an improved drawing gets a new address

# Sky, sun, far, middle, near, water; then the same at night.
_PALETTES = (
    ("#f3e6cf", "#b3263a", "#b9c4c9", "#7f9b94", "#23694b", "#9dbcc9", "#1a2433", "#e0a72e", "#2b3d4f", "#28504a",
     "#173a2b", "#2b4a63"),
    ("#e3ebf1", "#b97f10", "#aebfd3", "#7f97b6", "#1d3f6e", "#c5d8e3", "#151c2b", "#f3d9a0", "#26334b", "#2b4468",
     "#152a4c", "#33506b"),
    ("#f5dfd5", "#b97f10", "#d9b3a5", "#b3826f", "#7d2b3a", "#c9b9b3", "#261a22", "#f0b05a", "#47303a", "#5b3340",
     "#3a1622", "#4b414c"),
    ("#ecead6", "#b3263a", "#c5cba4", "#92a774", "#3d6b3a", "#b5cdbb", "#181f1a", "#f08a60", "#2f3f31", "#3d5638",
     "#1d3820", "#304d44"),
)  # fmt: skip
_THREADS = ("#1d3f6e", "#b3263a", "#e0a72e", "#f3ead8", "#2f7d5b")


@lru_cache(maxsize=4096)
def cover_name(slug: str, plan: str, city: str) -> str:
    """What names the drawing in its address."""
    return f"{plan}-{_digits(city, 2)}-{_digits(slug, 10)}"


def cover_edition() -> str:
    return _EDITION


def _digits(text: str, count: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:count]


def is_cover_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


@lru_cache(maxsize=512)
def draw_cover(name: str) -> str:
    """The drawing that a cover_name() names."""
    plan, city, _ = name.split("-")
    chance = Random(name)
    palette = _PALETTES[int(city, 16) % len(_PALETTES)]
    scene = {Plan.YOUTH: _river, Plan.COMMUNITY: _terraces, Plan.TOURISM: _mountains}[Plan(plan)](chance)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<style>{_colours(palette[:6])}@media(prefers-color-scheme:dark){{{_colours(palette[6:])}}}</style>"
        f'<path class="a" d="M0 0H{WIDTH}V{HEIGHT}H0Z"/>{_sun(chance)}{scene}{_brocade(chance)}</svg>'
    )


def _colours(colours: tuple[str, ...]) -> str:
    return "".join(f".{name}{{fill:{colour}}}" for name, colour in zip("abcdef", colours, strict=True))


def _sun(chance: Random) -> str:
    """A sun that is a bronze drum: a star within rings."""
    x, y, radius = chance.randrange(90, 390), chance.randrange(104, 128), chance.randrange(28, 38)
    star = " ".join(
        f"{x + round(reach * dx / 100)},{y + round(reach * dy / 100)}"
        for (dx, dy), reach in zip(_STAR, [radius * 0.55, radius * 0.2] * 8, strict=True)
    )
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{radius - 5 * n}"/>' for n in range(3))
    return (
        f'<circle class="b" cx="{x}" cy="{y}" r="{radius}"/><polygon class="a" points="{star}"/>'
        f'<g fill="none" stroke="#fff" stroke-opacity=".5">{rings}</g>'
    )


_STAR = (
    (0, -100), (38, -92), (71, -71), (92, -38), (100, 0), (92, 38), (71, 71), (38, 92),
    (0, 100), (-38, 92), (-71, 71), (-92, 38), (-100, 0), (-92, -38), (-71, -71), (-38, -92),
)  # fmt: skip


def _ridge(chance: Random, fill: str, base: int, height: int, peaks: int) -> str:
    """Karst: steep rounded hills beside each other."""
    width = WIDTH // peaks
    path = f"M-20 {base}"
    for n in range(peaks + 1):
        left = n * width - 20 + chance.randrange(-10, 10)
        top = base - height + chance.randrange(0, height * 2 // 3)
        path += f"C{left + width // 4} {top} {left + width * 3 // 4} {top} {left + width} {base}"
    return f'<path class="{fill}" d="{path}V{HEIGHT}H-20Z"/>'


def _hills(chance: Random, fill: str, base: int) -> str:
    lift, fall = chance.randrange(20, 60), chance.randrange(10, 50)
    return f'<path class="{fill}" d="M0 {base}C150 {base - lift} 300 {base + fall} {WIDTH} {base - 12}V{HEIGHT}H0Z"/>'


def _mountains(chance: Random) -> str:
    return _ridge(chance, "c", 236, 130, 4) + _ridge(chance, "d", 262, 110, 5) + _hills(chance, "e", 262)


def _river(chance: Random) -> str:
    x, y = chance.randrange(120, 320), chance.randrange(246, 258)
    boat = (
        f'<path d="M{x} {y}q32 14 64 0q-6 14 -14 14h-36q-9 0 -14 -14" fill="#4a2a1c"/>'
        f'<path d="M{x + 20} {y + 3}v-16q12 -10 24 0v16" fill="#e0a72e"/>'
    )
    return (
        _ridge(chance, "c", 220, 120, 4)
        + _ridge(chance, "e", 226, 80, 6)
        + f'<path class="f" d="M0 222Q240 {chance.randrange(214, 230)} {WIDTH} 222V{HEIGHT}H0Z"/>'
        + boat
    )


def _terraces(chance: Random) -> str:
    steps = "".join(_hills(chance, fill, 196 + 20 * n) for n, fill in enumerate("dfdfe"))
    return _ridge(chance, "c", 214, 100, 3) + steps


def _brocade(chance: Random) -> str:
    """A woven hem: one of three motifs, repeated."""
    ground, first, second = chance.sample(_THREADS, 3)
    motif = chance.choice(
        (
            "M20 2 38 16 20 30 2 16ZM20 9 11 16 20 23 29 16Z",
            "M0 32V22H8V14H16V6H24V14H32V22H40V32ZM16 32V24H24V32Z",
            "M4 4H18V10H10V16H30V4H36V22H4ZM4 26H36V29H4Z",
        )
    )
    return (
        f'<pattern id="p" width="40" height="32" y="{HEIGHT - 32}" patternUnits="userSpaceOnUse">'
        f'<path fill="{ground}" d="M0 0H40V32H0Z"/><path fill="{first}" fill-rule="evenodd" d="{motif}"/>'
        f'<path fill="{second}" d="M0 0H40V2H0ZM17 14.5h6v3h-6z"/></pattern>'
        f'<path fill="url(#p)" d="M0 {HEIGHT - 32}H{WIDTH}V{HEIGHT}H0Z"/>'
    )
