"""The offices of a city as a tree: by level, county and department, with what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.partners.models import City, County, Department, Level, Organisation


@dataclass(frozen=True, slots=True)
class Branch:
    """What stands at one place: the city itself, or one of its counties. ``missing`` are the departments that have no
    office there."""

    county: County | None
    offices: list[Organisation] = field(default_factory=list)
    townships: list[Organisation] = field(default_factory=list)
    missing: list[Department] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.offices) + len(self.townships)


@dataclass(frozen=True, slots=True)
class CityTree:
    """``nowhere`` are the departments that no county of the city has an office of."""

    city: City
    own: Branch
    counties: list[Branch]
    nowhere: list[Department]

    @property
    def count(self) -> int:
        return self.own.count + sum(branch.count for branch in self.counties)


def tree_of(
    city: City, offices: Sequence[Organisation], departments: Sequence[Department], words: str = ""
) -> CityTree:
    """With ``words``, only what they are found in: then nothing is said of what is missing."""
    of_city = [office for office in offices if office.city_id == city.id and _is_found(office, words)]
    own = _branch(None, [office for office in of_city if not _is_of_county(office)], departments, words)
    branches = [
        _branch(
            county, [one for one in of_city if _is_of_county(one) and one.county_id == county.id], departments, words
        )
        for county in city.counties
    ]
    shown = [branch for branch in branches if branch.count or not words]
    missing_everywhere = [one for one in departments if all(one in branch.missing for branch in branches)]
    return CityTree(city, own, shown, missing_everywhere if branches and not words else [])


def _branch(
    county: County | None, offices: list[Organisation], departments: Sequence[Department], words: str
) -> Branch:
    at_level = [office for office in offices if office.level is not Level.TOWNSHIP]
    there = {office.department_id for office in at_level}
    missing = [] if words else [department for department in departments if department.id not in there]
    return Branch(county, at_level, [office for office in offices if office.level is Level.TOWNSHIP], missing)


def _is_of_county(office: Organisation) -> bool:
    return office.county_id is not None and office.level in (Level.COUNTY, Level.TOWNSHIP)


def _is_found(office: Organisation, words: str) -> bool:
    """In the names of the office, of its county and of its department, in either language, and in its phone."""
    names: list[Translated] = [office.name]
    names += [one.name for one in (office.county, office.department) if one is not None]
    text = " ".join([*(name.in_language(language) for name in names for language in LANGUAGES), office.phone or ""])
    return all(word in text.casefold() for word in words.casefold().split())
