"""What the offices of the demo tell each other and everybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.noticeboard import service
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility


def add_notices(known: Known, now: datetime) -> None:
    for entry in read("notices")["notice"]:
        office = known.organisations[entry["office"]]
        by = known.coordinator(office.city)
        at = now - timedelta(days=entry["days_ago"])
        day = at.astimezone(ZoneInfo(office.city.time_zone)).date()
        terms = service.NoticeTerms(
            office_id=office.id,
            kind=NoticeKind(entry["kind"]),
            category=Category(entry["category"]),
            title=entry["title"],
            body=entry["body"],
            document_number=entry.get("document_number", ""),
            visibility=Visibility(entry["visibility"]),
            department_id=known.departments[entry["department"]].id if "department" in entry else None,
            valid_from=day,
            valid_until=day + timedelta(days=entry["valid_days"]) if "valid_days" in entry else None,
        )
        notice = service.write_notice(office, terms, by=by, now=at)
        if entry.get("is_published", True):
            service.publish_notice(notice, by=by, now=at)
