"""Cities, counties, departments and organisations."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.core.database import RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText


class OrganisationKind(StrEnum):
    OFFICE = "office"
    SCHOOL = "school"
    BASE_OPERATOR = "base_operator"
    AGENCY = "agency"
    SOCIAL_PARTNER = "social_partner"


class Level(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class SupervisionRule(StrEnum):
    """What too few accompanying adults do to a booking."""

    WARN = "warn"
    BLOCK = "block"


class City(db.Model):
    """A partner city; ``code`` is its GB/T 2260 code, ``time_zone`` an IANA name in which its times are shown.

    ``supervision`` counts for the departures that the city hosts, wherever the group comes from.
    """

    __tablename__ = "cities"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    supervision: Mapped[SupervisionRule] = mapped_column(choice(SupervisionRule), default=SupervisionRule.BLOCK)

    counties: Mapped[list[County]] = relationship(back_populates="city", order_by="County.code")


class County(db.Model):
    """A county or district of a city; ``code`` is its GB/T 2260 code.

    ``map_x`` and ``map_y`` say in which column and row of the city's schematic map it stands, counted from 0, from the
    west and from the north; without them it stands below the map.
    """

    __tablename__ = "counties"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    map_x: Mapped[int | None]
    map_y: Mapped[int | None]

    city: Mapped[City] = relationship(back_populates="counties")


class Department(db.Model):
    """What an office is responsible for, whichever city it belongs to: an office's counterpart has the same one.

    ``slug`` is its short name; nobody sees it.
    """

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)


class Organisation(db.Model):
    """An office, a school, a base operator, a travel agency or a social partner.

    ``licence_number`` is that of a travel agency: a package that is sold names the licensed operator.
    """

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    county_id: Mapped[int | None] = mapped_column(ForeignKey("counties.id"), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    level: Mapped[Level | None] = mapped_column(choice(Level))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    phone: Mapped[str | None] = mapped_column(String(30))
    licence_number: Mapped[str | None] = mapped_column(String(60))

    city: Mapped[City] = relationship()
    county: Mapped[County | None] = relationship()
    department: Mapped[Department | None] = relationship()
