"""Delegations of the demo's cities, and which stay of a group returned which."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit
from exchange_app.core.database import db
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.partners.models import Agreement, Plan
from exchange_app.visits.models import Visit
from exchange_app.visits.queries.ledger import list_stays
from exchange_app.visits.queries.returns import list_candidates
from exchange_app.visits.rules import Purpose, Stay
from exchange_app.visits.service import parts, returns, visits

NOON = time(12)


def add_visits(known: Known, now: datetime) -> None:
    """After the agreement and the exchanges under it."""
    agreement = db.session.scalars(select(Agreement).order_by(Agreement.id)).first()
    assert agreement is not None  # the demo has just signed one
    done: dict[str, Visit] = {}
    for entry in read("visits")["visit"]:
        done[entry["key"]] = _Delegation(agreement, entry, known, now).happen(done)
    _link_groups(agreement, known, now)


class _Delegation:
    """One visit and what became of it, as the content tells it."""

    def __init__(self, agreement: Agreement, entry: dict[str, Any], known: Known, now: datetime) -> None:
        self._agreement, self._entry, self._known, self._now = agreement, entry, known, now
        self._at = now - timedelta(days=entry["days_ago"])

    def happen(self, earlier: dict[str, Visit]) -> Visit:
        entry, at = self._entry, self._at
        visit = self._propose(earlier)
        if entry.get("is_open"):
            return visit
        answering = self._known.coordinator(visit.answering_city)
        visits.accept_visit(visit, seen=visit.version, by=answering, now=at + timedelta(days=2))
        host = self._known.coordinator(visit.hosting_city)
        if "programme" in entry:
            told = [self._programme(visit, one) for one in entry["programme"]]
            parts.set_programme(visit, told, seen=visit.version, by=host, now=at + timedelta(days=5))
        if "came" in entry:
            self._report(visit)
        return visit

    def _propose(self, earlier: dict[str, Visit]) -> Visit:
        entry, known = self._entry, self._known
        sending, hosting = known.cities[entry["sending"]], known.cities[entry["hosting"]]
        by = known.people[entry["by"]] if "by" in entry else known.coordinator(sending)
        starts_on = (self._now + timedelta(days=entry["starts_in_days"])).astimezone(hosting.zone).date()
        terms = visits.VisitTerms(
            plan=Plan(entry["plan"]),
            purpose=Purpose(entry["purpose"]),
            title=entry["title"],
            aims=entry["aims"],
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=entry["length"] - 1),
            members=[visits.Member(known.organisations[key], persons) for key, persons in entry["members"].items()],
            host_office=known.organisations[entry["host_office"]],
            contact_name=by.name,
            contact_phone=by.phone or "",
        )
        returning = find_exchange_of_visit(earlier[entry["returns"]].id) if "returns" in entry else None
        return visits.propose_visit(
            self._agreement,
            sending,
            hosting,
            terms,
            returning=returning,
            form_token=f"demo-{entry['key']}",
            by=by,
            now=self._at,
        )

    def _programme(self, visit: Visit, told: dict[str, Any]) -> parts.Entry:
        return parts.Entry(
            on=visit.starts_on + timedelta(days=told["day"] - 1),
            starts=told["starts"],
            ends=told.get("ends"),
            title=told["title"],
            place="",
            base=self._known.bases.get(told.get("base", "")),
            office=self._known.organisations.get(told.get("office", "")),
        )

    def _report(self, visit: Visit) -> None:
        by = self._known.coordinator(visit.sending_city)
        over = _noon_after(visit.ends_on, visit)
        visits.carry_out_visit(visit, self._entry["came"], seen=visit.version, by=by, now=over)
        visits.write_report(visit, visits.ReportTerms(**self._entry["report"]), by=by, now=over)
        for told in self._entry.get("follow_ups", []):
            due_on = (self._now + timedelta(days=told["due_in_days"])).date()
            owner = self._known.people[told["owner"]]
            parts.add_follow_up(visit, told["words"], owner.id, due_on, by=by, now=over)


def _noon_after(day: date, visit: Visit) -> datetime:
    return datetime.combine(day + timedelta(days=1), NOON, visit.hosting_city.zone)


def _link_groups(agreement: Agreement, known: Known, now: datetime) -> None:
    """What fits best of the groups that came back, as a co-ordinator would link them."""
    for stay in list_stays(agreement.id):
        if stay.visit_id is None:
            _link(stay, known, now)


def _link(stay: Stay, known: Known, now: datetime) -> None:
    outward = db.session.get_one(Exchange, stay.exchange_id)
    fits = [
        one.exchange for one in list_candidates(outward, is_back=False) if one.is_alike and one.exchange.departure_id
    ]
    if fits:
        by = known.coordinator(outward.sending_city)
        returns.link_if_free(outward, fits[0], by=by, now=now)
