"""One side proposes and the other one answers, once; what was agreed has co-ordinators and a checklist."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, text

from exchange_app.accounts.models import User
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit, map_counts
from exchange_app.coordination.service import exchanges
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import Organisation
from exchange_app.partners.paper_files import read_paper
from exchange_app.visits.errors import (
    DueInThePast,
    FileThereAlready,
    NobodyComes,
    NotYourVisit,
    OtherSideAnswers,
    OutsideOfTheVisit,
    OwnerElsewhere,
    VisitChangedMeanwhile,
    VisitNotFound,
    VisitStepNotOpen,
    WhyMissing,
)
from exchange_app.visits.models import Visit
from exchange_app.visits.queries.visits import get_visit, list_visits_to_answer, lock_visit
from exchange_app.visits.rules import VisitState
from exchange_app.visits.service import parts, visits
from exchange_app.visits.service.visits import Member
from tests.builders import make_user
from tests.coordination.conftest import Region
from tests.visits.delegations import agree, carry_out, exchange_of, propose, terms_of

AT = datetime(2027, 3, 1, 2, tzinfo=UTC)


def told(kind: str) -> Counter[int | None]:
    return Counter(db.session.scalars(select(Letter.reader_id).where(Letter.kind == kind)))


def test_the_other_side_answers_and_then_there_is_a_checklist(app: Flask, region: Region) -> None:
    a, b, c = region.here, region.there, region.elsewhere
    with transaction():
        visit = propose(region.agreement, a, b, AT)
        assert propose(region.agreement, a, b, AT) is visit  # the same form, sent twice
    assert told("visit_proposed") == {b.coordinator.id: 1}
    assert [list(list_visits_to_answer(one.coordinator, limit=9)) for one in (a, b, c)] == [[], [visit], []]
    with transaction(), pytest.raises(OtherSideAnswers):
        visits.accept_visit(visit, seen=1, by=a.coordinator, now=AT)
    with transaction(), pytest.raises(NotYourVisit):
        visits.accept_visit(visit, seen=1, by=c.coordinator, now=AT)
    with pytest.raises(VisitNotFound):
        get_visit(visit.id, c.coordinator)
    with transaction(), pytest.raises(WhyMissing):
        visits.decline_visit(visit, " ", seen=1, by=b.coordinator, now=AT)
    with transaction():
        visits.accept_visit(visit, seen=1, by=b.coordinator, now=AT)
    exchange = exchange_of(visit)
    assert (exchange.sending_coordinator, exchange.hosting_coordinator) == (a.coordinator, b.coordinator)
    assert exchange.steps
    assert map_counts([exchange])[exchange.id].persons == 5
    assert told("visit_answered") == {a.coordinator.id: 1}
    with transaction(), pytest.raises(VisitStepNotOpen):
        visits.decline_visit(visit, "No", seen=1, by=b.coordinator, now=AT)


def test_a_change_is_agreed_on_anew_and_the_checklist_follows(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = agree(region.agreement, a, b, AT)
        before = {step.id: step.due_on for step in exchange_of(visit).steps}
        later = visit.starts_on + timedelta(days=7)
        terms = terms_of(a, b, AT, starts_on=later, members=[Member(a.office, 8)])
        visits.change_visit(visit, terms, seen=visit.version, by=b.coordinator, now=AT)
    assert (visit.state, exchange_of(visit).persons) == (VisitState.CHANGED, 5)
    assert told("visit_proposed") == {b.coordinator.id: 1, a.coordinator.id: 1}
    with transaction(), pytest.raises(OtherSideAnswers):
        visits.accept_visit(visit, seen=3, by=b.coordinator, now=AT)
    with transaction(), pytest.raises(VisitChangedMeanwhile):
        visits.accept_visit(visit, seen=2, by=a.coordinator, now=AT)
    with transaction():
        visits.accept_visit(visit, seen=3, by=a.coordinator, now=AT)
    exchange = exchange_of(visit)
    assert (exchange.starts_on, exchange.persons) == (later, 8)
    assert {step.id: step.due_on for step in exchange.steps} == {
        number: day + timedelta(days=7) for number, day in before.items()
    }


def test_what_is_called_off_reminds_nobody(app: Flask, region: Region) -> None:
    with transaction():
        visit = agree(region.agreement, region.here, region.there, AT)
        visits.cancel_visit(visit, "Typhoon", by=region.there.coordinator, now=AT)
    assert told("visit_cancelled") == {region.here.coordinator.id: 1}
    morning = datetime.combine(visit.ends_on + timedelta(days=60), time(3), UTC)
    with transaction():
        assert exchanges.remind_coordinators(morning) == 0


@pytest.mark.parametrize("times", range(3))
def test_of_two_answers_at_once_one_counts(app: Flask, region: Region, times: int) -> None:
    """Two people of the answering side and one who changes the visit meanwhile."""
    a, b = region.here, region.there
    with transaction():
        visit = propose(region.agreement, a, b, AT)
        colleague = make_user(b.office, Role.COORDINATOR)
    number, going, asked, other, office = visit.id, a.coordinator.id, b.coordinator.id, colleague.id, a.office.id

    def change(locked: Visit, by: User) -> None:
        terms = terms_of(a, b, AT, members=[Member(db.session.get_one(Organisation, office), 7)], host_office=None)
        visits.change_visit(locked, terms, seen=1, by=by, now=AT)

    works: list[tuple[int, Callable[[Visit, User], object]]] = [
        (asked, lambda locked, by: visits.accept_visit(locked, seen=1, by=by, now=AT)),
        (other, lambda locked, by: visits.decline_visit(locked, "No room", seen=1, by=by, now=AT)),
        (going, change),
    ]
    start, ends = threading.Barrier(len(works)), list[str]()

    def run(user_id: int, work: Callable[[Visit, User], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    by = db.session.get_one(User, user_id)
                    work(lock_visit(number, by), by)
                ends.append("done")
            except Refusal as refusal:
                ends.append(refusal.slug)
            except Exception as fault:  # what no user may ever see; the test names it
                ends.append(repr(fault))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    fresh = db.session.get_one(Visit, number, populate_existing=True)
    known = {"done", "visit-step-not-open", "visit-changed-meanwhile"}
    assert set(ends) <= known
    assert ends.count("done") == 1
    answers = [event.step for event in fresh.events if event.step in ("accept", "decline")]
    is_agreed = find_exchange_of_visit(number) is not None
    assert is_agreed is ("accept" in answers)


def test_members_come_from_the_sending_city_each_once(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    for members in ([], [Member(b.office, 2)], [Member(a.office, 2), Member(a.office, 3)]):
        with transaction(), pytest.raises(NobodyComes):
            propose(region.agreement, a, b, AT, members=members)


def test_a_programme_stays_within_the_days_and_the_other_side_hears_once_a_day(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = agree(region.agreement, a, b, AT)

    def entry(on: date, starts: int = 9, ends: int = 11) -> parts.Entry:
        return parts.Entry(on, time(starts), time(ends), "A talk", "", None, b.office)

    for wrong in (entry(visit.ends_on + timedelta(days=1)), entry(visit.starts_on, 11, 9)):
        with transaction(), pytest.raises(OutsideOfTheVisit):
            parts.set_programme(visit, [wrong], seen=visit.version, by=b.coordinator, now=AT)
    for hour in (15, 9):
        with transaction():
            told_ = [entry(visit.starts_on, 14, 16), entry(visit.starts_on, 8, 9)]
            parts.set_programme(visit, told_, seen=visit.version, by=b.coordinator, now=AT.replace(hour=hour % 12))
    assert [one.starts.hour for one in visit.entries] == [8, 14]
    assert told("visit_programme") == {a.coordinator.id: 1}


def test_who_has_taken_something_on_is_reminded_twice(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = carry_out(region.agreement, a, b, AT)
        at = datetime.combine(visit.ends_on, time(10), a.city.zone)
        due = at.date() + timedelta(days=10)
        with pytest.raises(OwnerElsewhere):
            parts.add_follow_up(visit, "Send", region.elsewhere.coordinator.id, due, by=a.coordinator, now=at)
        with pytest.raises(DueInThePast):
            parts.add_follow_up(visit, "Send", a.coordinator.id, AT.date(), by=a.coordinator, now=at)
        one = parts.add_follow_up(visit, "Send", b.coordinator.id, due, by=a.coordinator, now=at)
        done = parts.add_follow_up(visit, "Thank", b.coordinator.id, due, by=a.coordinator, now=at)
        parts.do_follow_up(visit, done.id, by=b.coordinator, now=at)
    for days, letters in ((6, 0), (7, 1), (8, 1), (10, 1), (11, 2), (12, 2)):
        with transaction():
            parts.remind_owners(at + timedelta(days=days))
        assert told("visit_follow_up").get(b.coordinator.id, 0) == letters
    assert one.times_reminded == 2


def test_a_report_has_its_files_once(app: Flask, region: Region) -> None:
    a, b = region.here, region.there
    with transaction():
        visit = carry_out(region.agreement, a, b, AT)
        visits.write_report(visit, visits.ReportTerms("Courts", "", ""), by=a.coordinator, now=AT)
        visits.write_report(visit, visits.ReportTerms("Courts and mediators", "", ""), by=a.coordinator, now=AT)
        parts.add_file(visit, read_paper(BytesIO(b"%PDF-1.7"), "seen.pdf"), by=a.coordinator, now=AT)
    assert told("visit_reported") == {b.coordinator.id: 1}
    with transaction(), pytest.raises(FileThereAlready):
        parts.add_file(visit, read_paper(BytesIO(b"%PDF-1.7"), "again.pdf"), by=b.coordinator, now=AT)


def test_no_contact_lies_open_in_the_database(app: Flask, region: Region) -> None:
    with transaction():
        propose(region.agreement, region.here, region.there, AT)
    row = db.session.execute(text("SELECT * FROM visits")).one()
    written = " ".join(bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one) for one in row)
    assert "Nong Mei" not in written
    assert "13900007777" not in written
