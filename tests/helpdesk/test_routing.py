"""Which office is asked, what happens when nobody answers in time, and when nobody is left."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import keeping, queries, service
from exchange_app.helpdesk.errors import NobodyAnswersThere, OfficeUnfit, RequestNotFound
from exchange_app.helpdesk.models import HelpEntry, HelpRequest
from exchange_app.helpdesk.rules import QUIET_AFTER, UNANSWERED_AFTER, Outcome, RequestState, Saying, Show, Topic
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import Liaison
from exchange_app.partners.rules import CounterpartState
from tests.builders import NOW, make_organisation, make_user
from tests.coordination.town import make_agreement, make_counterpart
from tests.helpdesk.town import afresh, ask, long_after, make_towns

COUNTY, CITY, LIAISON = "county human-resources", "city human-resources", "city ethnic-affairs"
SECOND = timedelta(seconds=1)


def look_after(at: datetime) -> None:
    with transaction():
        service.look_after(at)


@pytest.mark.parametrize(
    ("topic", "is_county", "staffed", "way"),
    [
        (Topic.JOB, True, (COUNTY, CITY), (COUNTY, CITY, LIAISON)),
        (Topic.JOB, False, (COUNTY, CITY), (CITY, LIAISON)),
        (Topic.JOB, True, (CITY,), (CITY, LIAISON)),
        (Topic.JOB, True, (COUNTY,), (COUNTY, LIAISON)),
        (Topic.JOB, True, (), (LIAISON,)),
        (Topic.JOB, False, (COUNTY,), (LIAISON,)),
        (Topic.MEDICAL, True, ("county health", CITY), ("county health", LIAISON)),
        (Topic.SCHOOLING, False, (COUNTY, "city education"), ("city education", LIAISON)),
    ],
)
def test_a_request_goes_to_the_office_and_up(
    app: Flask, topic: Topic, is_county: bool, staffed: tuple[str, ...], way: tuple[str, ...]
) -> None:
    with transaction():
        here, there = make_towns()
        for office in staffed:
            here.staff(office)
        there.staff("city human-resources")
        here.liaison()
        request = ask(here, topic=topic, county_id=here.county.id if is_county else None)
    expected = [here.offices[office].id for office in way]
    gone = [request.office_id]
    while len(gone) < len(expected):
        before = afresh(request)
        look_after(before.due_at - SECOND)  # not a moment too early
        assert afresh(request).office_id == gone[-1]
        look_after(before.due_at)
        gone.append(afresh(request).office_id)
    assert gone == expected


def test_when_nobody_is_left_the_last_one_is_told_again_and_it_stays_overdue(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        liaison = here.liaison()
        request = ask(here)
    due_at = request.due_at
    for _ in range(2):
        look_after(afresh(request).look_at)
    found = afresh(request)
    assert (found.office_id, found.due_at, found.escalations) == (liaison.organisation_id, due_at, 0)
    assert found.look_at > due_at
    assert [entry.saying for entry in found.entries] == [Saying.ASKED]
    letters = db.session.scalars(select(Letter).where(Letter.kind == "help_to_office").order_by(Letter.id)).all()
    assert [letter.facts["is_overdue"] for letter in letters] == [False, True, True]
    assert queries.count_requests(liaison, None, found.look_at)[Show.OVERDUE] == 1


def test_where_nobody_answers_nobody_is_asked(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        make_user(here.offices[CITY], Role.BUREAU)  # not one who answers
        closed = here.staff(CITY)
        closed.closed_at = NOW
    with pytest.raises(NobodyAnswersThere), transaction():
        ask(here)
    assert db.session.scalar(select(func.count()).select_from(HelpRequest)) == 0


def test_when_everybody_has_left_administrators_are_told(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        liaison = here.liaison()
        administrator = make_user(make_organisation(here.city), Role.ADMINISTRATOR)
        request = ask(here)
        liaison.closed_at = NOW
    look_after(request.due_at)
    last = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert last is not None
    assert (last.kind, last.reader_id) == ("help_to_office", administrator.id)


def test_an_administrator_says_which_department_answers_and_how_fast(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        schools = here.staff("city education")
        keeping.set_answering({Topic.JOB: (int(schools.organisation.department_id or 0), 1)})
        request = ask(here)
        usual = ask(here, topic=Topic.SCHOOLING, county_id=None)
    assert (request.office_id, usual.office_id) == (schools.organisation_id,) * 2
    assert request.due_at < usual.due_at


def test_two_workers_pass_a_request_up_once(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        for office in (COUNTY, CITY):
            here.staff(office)
        here.liaison()
        requests = [ask(here, form_token=f"form {number}") for number in range(6)]
    at, faults, barrier = requests[0].due_at, [], threading.Barrier(2)

    def work() -> None:
        try:
            with app.app_context():
                barrier.wait()
                for _ in range(3):
                    look_after(at)
        except Exception as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    for request in requests:
        found = afresh(request)
        assert (found.office_id, found.escalations) == (here.offices[CITY].id, 1)
        assert [entry.saying for entry in found.entries] == [Saying.ASKED, Saying.ESCALATED]
    told = select(func.count()).select_from(Letter).where(Letter.kind == "help_to_office")
    assert db.session.scalar(told) == 2 * len(requests)


def test_a_request_is_passed_on_within_the_city_and_goes_up_from_there(app: Flask) -> None:
    with transaction():
        here, there = make_towns()
        county, health = here.staff(COUNTY), here.staff("city health")
        foreign, liaison = there.staff(CITY), here.liaison()
        request = ask(here)
    with pytest.raises(OfficeUnfit), transaction():
        service.pass_on(request, foreign.organisation_id, "yours", by=county, now=NOW)
    with transaction():
        locked = queries.lock_request(request.code, county)
        service.pass_on(locked, health.organisation_id, "It is about the hospital.", by=county, now=NOW)
    for stranger in (county, foreign, liaison):
        with pytest.raises(RequestNotFound):
            queries.get_request(request.code, stranger)
    assert queries.get_request(request.code, health).entries[-1].words == "It is about the hospital."
    passed = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.HELP_PASSED_ON)).one()
    assert passed.facts == {"from": county.organisation_id, "to": health.organisation_id}
    look_after(afresh(request).due_at)
    assert afresh(request).office_id == liaison.organisation_id


def test_the_counterpart_at_home_reads_along_only_if_the_person_wants_it(app: Flask) -> None:
    with transaction():
        here, there = make_towns()
        here.staff(COUNTY), here.staff(CITY), here.liaison()
        of_county, of_city, liaison = there.staff(COUNTY), there.staff(CITY), there.liaison()
        copied = ask(here, home_city_id=there.city.id, form_token="copied")
        plain = ask(here, form_token="plain")
    for user in (of_county, of_city, liaison):
        with pytest.raises(RequestNotFound):
            queries.get_request(plain.code, user)
    assert queries.get_request(copied.code, of_county).id == copied.id
    with pytest.raises(RequestNotFound):  # they read, and do not answer
        queries.lock_request(copied.code, of_county)
    look_after(afresh(copied).due_at)
    assert queries.get_request(copied.code, of_city).id == copied.id
    with pytest.raises(RequestNotFound):  # it is with the city here, so with the city there
        queries.get_request(copied.code, of_county)


def test_of_several_counties_at_home_none_is_chosen_by_chance(app: Flask) -> None:
    with transaction():
        here, there = make_towns()
        here.staff(COUNTY)
        there.staff(COUNTY)
        second = make_organisation(there.city, there.offices[COUNTY].kind)
        second.level, second.department_id = there.offices[COUNTY].level, there.offices[COUNTY].department_id
        make_user(second, Role.ORGANISER)
        of_city = there.staff(CITY)
        request = ask(here, home_city_id=there.city.id)
    assert request.home_office_id == of_city.organisation_id


def test_whom_cities_agreed_on_comes_before_whom_one_would_guess(app: Flask) -> None:
    """A confirmed counterpart and a named liaison, where somebody signs in for them."""
    with transaction():
        here, there = make_towns()
        by = here.liaison()
        here.staff(CITY), there.staff(CITY)
        agreement = make_agreement([here.city, there.city], by, NOW)
        other, named = there.offices["city health"], here.offices["city education"]
        make_counterpart(agreement, here.offices[CITY], other, by, NOW, CounterpartState.CONFIRMED)
        db.session.add(Liaison(agreement_id=agreement.id, city_id=here.city.id, office_id=named.id))
        guessed = ask(here, home_city_id=there.city.id)
        there.staff("city health"), here.staff("city education", Role.COORDINATOR)
        agreed = ask(here, home_city_id=there.city.id)
    assert [guessed.home_office_id, agreed.home_office_id] == [there.offices[CITY].id, other.id]
    assert queries.find_liaison(here.city.id) == named


def test_a_question_back_begins_the_time_anew_and_silence_ends_a_request(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        worker = here.staff(COUNTY)
        answered, asked_again = ask(here, form_token="1"), ask(here, form_token="2")
        for request in (answered, asked_again):
            service.answer(request, "On Mondays.", by=worker, now=NOW)
        later = long_after(NOW)
        service.add_words(asked_again, "And in which house?", now=later)
    look_after(NOW + QUIET_AFTER)
    assert (afresh(answered).state, afresh(answered).outcome) == (RequestState.CLOSED, Outcome.QUIET)
    found = afresh(asked_again)
    assert (found.state, found.due_at > later) == (RequestState.WAITING, True)
    look_after(later + UNANSWERED_AFTER)
    assert afresh(asked_again).outcome is Outcome.UNANSWERED


def test_a_form_that_is_sent_twice_at_once_asks_once(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        here.liaison()
    city_id, county_id = here.city.id, here.county.id
    found: list[tuple[str, str]] = []
    barrier = threading.Barrier(2)

    def send() -> None:
        with app.app_context():
            barrier.wait()
            with transaction():
                request = ask(here, city_id=city_id, county_id=county_id, form_token="same")
            found.append((request.code, request.pin))

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert (len(found), len(set(found))) == (2, 1)
    assert db.session.scalar(select(func.count()).select_from(HelpEntry)) == 1
