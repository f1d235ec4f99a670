"""The help desk of the demo: guides, where offices are, and requests that somebody made some days ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from exchange_app.catalogue.models import Publication
from exchange_app.core.database import db
from exchange_app.core.text import DEFAULT_LANGUAGE, Translated
from exchange_app.demo.groups import Occurrence
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.helpdesk import keeping, queries, service
from exchange_app.helpdesk.keeping import GuideTerms
from exchange_app.helpdesk.models import HelpRequest, HelpTally
from exchange_app.helpdesk.rules import Outcome, Topic, quarter_of
from exchange_app.helpdesk.service import Question


def add_help(known: Known, today: date, now: datetime) -> None:
    """What visitors read, and the counts of the quarter before."""
    db.session.flush()
    content = read("helpdesk")
    for entry in content["office"]:
        keeping.describe_office(known.organisations[entry["organisation"]], entry["address"], entry["hours"])
    for entry in content["guide"]:
        office, body = known.organisations[entry.pop("office")], entry.pop("body")
        terms = GuideTerms(
            topic=Topic(entry.pop("topic")),
            office=office,
            body=Translated({language: text.strip() for language, text in body.items()}),
            publication=Publication.PUBLISHED,
            valid_until=None,
            **entry,
        )
        keeping.add_guide(terms, now=now)
    quarter = quarter_of(quarter_of(today) - timedelta(days=1))
    for entry in content["tally"]:
        city, topic = known.cities[entry.pop("city")], Topic(entry.pop("topic"))
        db.session.add(HelpTally(quarter=quarter, topic=topic, city_id=city.id, **entry))


class Asked:
    """One request, and what became of it."""

    request: HelpRequest

    def __init__(self, number: int, entry: dict[str, Any], known: Known) -> None:
        self._form_token, self._entry, self._known = f"demo {number}", entry, known

    def occurrences(self, now: datetime) -> Iterator[Occurrence]:
        steps = {"asked": self.ask, "answered": self.answer, "closed": self.close, "withdrawn": self.withdraw}
        for name, step in steps.items():
            if f"{name}_days_ago" in self._entry:
                yield now - timedelta(days=self._entry[f"{name}_days_ago"]), step

    def ask(self, at: datetime) -> None:
        entry, cities = self._entry, self._known.cities
        question = Question(
            topic=Topic(entry["topic"]),
            city_id=cities[entry["city"]].id,
            county_id=self._known.counties[entry["county"]].id if "county" in entry else None,
            words=entry["words"],
            contact=entry["contact"],
            language=DEFAULT_LANGUAGE,
            home_city_id=cities[entry["home_city"]].id if "home_city" in entry else None,
        )
        self.request = service.ask(question, form_token=self._form_token, now=at)

    def answer(self, at: datetime) -> None:
        service.answer(self._locked(), self._entry["answer"], by=self._office_worker(), now=at)

    def close(self, at: datetime) -> None:
        service.close(self._locked(), Outcome.SOLVED, "", by=self._office_worker(), now=at)

    def withdraw(self, at: datetime) -> None:
        service.withdraw(self._locked(), now=at)

    def _locked(self) -> HelpRequest:
        return queries.lock_request_of(self.request.code)

    def _office_worker(self) -> Any:
        return self._known.people[self._entry["answered_by"]]


def requests_for_help(known: Known, now: datetime) -> Iterator[Occurrence]:
    """With what the clock does about them each night."""
    entries = read("helpdesk")["request"]
    for number, entry in enumerate(entries):
        yield from Asked(number, entry, known).occurrences(now)
    for days_ago in range(max(entry["asked_days_ago"] for entry in entries) + 1):
        yield now - timedelta(days=days_ago), _look_after


def _look_after(at: datetime) -> None:
    while service.look_after(at):
        db.session.flush()
