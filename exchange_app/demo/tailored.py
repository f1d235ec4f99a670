"""A school of the demo that is coming to an agreement about a trip of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from exchange_app.demo.groups import Occurrence
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.tailored import service
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.queries import side_of
from exchange_app.tailored.service import Beginning


class OwnTrip:
    """The one of content/tailored.toml: asked some days ago, and answered with another price since."""

    inquiry: Inquiry

    def __init__(self, known: Known) -> None:
        self._entry = read("tailored")
        self._known = known
        self._leader = known.people[self._entry["leader"]]
        self._host = known.people[self._entry["host"]]

    def occurrences(self, now: datetime) -> Iterator[Occurrence]:
        yield now - timedelta(days=self._entry["asked_days_ago"]), self.ask
        yield now - timedelta(days=self._entry["answered_days_ago"]), self.answer

    def ask(self, at: datetime) -> None:
        items = [self._known.items[slug] for slug in self._entry["items"]]
        for item in items:
            service.add_wish(item, by=self._leader, now=at)
        beginning = Beginning(**self._entry["beginning"])
        city = items[0].menu.city
        self.inquiry = service.begin_inquiry(city, beginning, form_token="demo", by=self._leader, now=at)
        terms, seen = service.terms_to_change(self.inquiry, side_of(self._leader))
        first = (at + timedelta(days=self._entry["starts_in_days"])).date()
        terms = replace(terms, dates=(first, first + timedelta(days=7)))
        service.keep_draft(self.inquiry, terms, self._entry["asked"], seen=seen, by=self._leader, now=at)
        service.send_draft(self.inquiry, by=self._leader, now=at)

    def answer(self, at: datetime) -> None:
        terms, seen = service.terms_to_change(self.inquiry, side_of(self._host))
        terms = replace(terms, **self._entry["answer"])
        service.keep_draft(self.inquiry, terms, self._entry["answered"], seen=seen, by=self._host, now=at)
        service.send_draft(self.inquiry, by=self._host, now=at)
