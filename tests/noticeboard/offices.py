"""Three cities, of which two have an agreement, each with its offices and people, and notices of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.noticeboard import service
from exchange_app.noticeboard.models import Notice
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility
from exchange_app.noticeboard.service import NoticeTerms
from exchange_app.partners.models import City, Department, OrganisationKind
from tests.builders import NOW, both, make_city, make_organisation, make_user
from tests.coordination.town import make_agreement


@dataclass(frozen=True)
class Town:
    city: City
    coordinator: User
    teacher: User  # of a school
    officer: User  # an organiser of the education office


@dataclass(frozen=True)
class Towns:
    nanning: Town
    chongzuo: Town
    elsewhere: Town
    education: Department


def make_towns() -> Towns:
    """Within a transaction."""
    departments = [Department(slug=slug, name=both(slug)) for slug in ("ethnic-affairs", "education")]
    db.session.add_all(departments)
    db.session.flush()
    first, second, third = (_make_town(*departments) for _ in range(3))
    make_agreement([first.city, second.city], first.coordinator, NOW)
    return Towns(first, second, third, departments[1])


def _make_town(affairs: Department, education: Department) -> Town:
    city = make_city()
    office, bureau = (
        make_organisation(city, OrganisationKind.OFFICE, department_id=department.id)
        for department in (affairs, education)
    )
    return Town(
        city,
        make_user(office, Role.COORDINATOR),
        make_user(make_organisation(city), Role.LEADER),
        make_user(bureau, Role.ORGANISER),
    )


def terms(by: User, **changes: Any) -> NoticeTerms:
    values = {
        "office_id": by.organisation_id,
        "kind": NoticeKind.NOTICE,
        "category": Category.SAFETY,
        "title": both("Rain"),
        "body": both("Bring a coat"),
        "document_number": "",
        "visibility": Visibility.PUBLIC,
        "department_id": None,
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
    }
    return NoticeTerms(**values | changes)


def make_notice(by: User, *, now: datetime = NOW, **changes: Any) -> Notice:
    """Within a transaction: published."""
    notice = service.write_notice(by.organisation, terms(by, **changes), by=by, now=now)
    service.publish_notice(notice, by=by, now=now)
    return notice


A_DAY = timedelta(days=1)
