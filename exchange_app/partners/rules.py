"""Codes of cities and counties (GB/T 2260), and short names in addresses."""

from __future__ import annotations

import re

_CODE = re.compile(r"[1-9]\d{5}", re.ASCII)
_SLUG = re.compile(r"[a-z]+(-[a-z]+)*", re.ASCII)


def is_city_code(code: str) -> bool:
    """A city's code ends in 00, as in 450100."""
    return bool(_CODE.fullmatch(code)) and code.endswith("00")


def is_county_code(code: str, city_code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and code[:4] == city_code[:4] and not code.endswith("00")


def is_slug(slug: str) -> bool:
    return bool(_SLUG.fullmatch(slug))
