"""Reports that were made by themselves and have just become ready, on a co-ordinator's first page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from flask_babel import gettext

from exchange_app.accounts.models import User
from exchange_app.coordination.waiting import Item, Section
from exchange_app.insights.labels import period_words
from exchange_app.insights.models import Report
from exchange_app.insights.queries.reports import list_announced
from exchange_app.insights.rules import ANNOUNCED_FOR


def tell_reports(user: User, today: date) -> Iterator[Section]:
    since = datetime.combine(today - ANNOUNCED_FOR, time(), user.organisation.city.zone)
    items = [_item(report) for report in list_announced(user, since)]
    yield Section("reports-ready", gettext("Reports that are ready"), items)


def _item(report: Report) -> Item:
    return Item(period_words(report.year, report.span), str(report.name), "insights.report", {"report_id": report.id})
