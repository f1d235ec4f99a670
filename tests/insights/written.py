"""Reports that are asked for and made, and what can be read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.insights import service
from exchange_app.insights.making import make_due
from exchange_app.insights.models import Report
from exchange_app.insights.rules import Span
from exchange_app.insights.service import Question
from exchange_app.partners.models import Agreement, City, Plan
from tests.pages import speak

AT = datetime(2027, 11, 1, 2, tzinfo=UTC)
AFTERWARDS = datetime(2028, 1, 6, 2, tzinfo=UTC)


def ask(
    about: Agreement | City,
    by: User,
    at: datetime = AFTERWARDS,
    *,
    span: Span = Span.FOURTH,
    year: int = 2027,
    plan: Plan | None = None,
    form_token: str = "form",
) -> Report:
    """On the fourth quarter of 2027, once it was over."""
    with transaction():
        return service.ask_report(Question(about, plan, year, span), form_token=form_token, by=by, now=at)


def make(at: datetime = AFTERWARDS, clock: Callable[[], datetime] | None = None) -> int:
    made = make_due(clock or (lambda: at), lambda: False)
    db.session.rollback()
    db.session.expire_all()
    return made


def dying(after: int, how: BaseException, at: datetime = AFTERWARDS) -> Callable[[], datetime]:
    """A clock at which a worker looks so many times; the next time it is gone. It looks once to take a report, and once
    with every chapter that it has told and not yet stored."""
    looks: Iterator[int] = iter(range(after))

    def look() -> datetime:
        if next(looks, None) is None:
            raise how
        return at

    return look


def read_page(client: FlaskClient, report: Report, language: str = "en") -> str:
    """What of the document stands on paper."""
    speak(client, language)
    page = client.get(f"/coordinator/reports/{report.id}").text
    return page[page.index('<div class="paper">') : page.index('<footer class="paper-foot">')]


def read_workbook(client: FlaskClient, report: Report, language: str = "en") -> dict[str, list[list[Any]]]:
    """The rows of each sheet, without notes below."""
    speak(client, language)
    answer = client.get(f"/coordinator/reports/{report.id}/workbook")
    assert answer.status_code == 200
    book = load_workbook(BytesIO(answer.data))
    found = {}
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        end = next((number for number, row in enumerate(rows) if not any(cell is not None for cell in row)), len(rows))
        found[sheet.title] = rows[:end]
    return found


def tables_in(html: str) -> list[list[list[str]]]:
    reader = _Tables()
    reader.feed(html)
    return reader.tables


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.tables[-1][-1][-1] += data
