"""What the database holds of somebody who asked, what is left when they delete it, and that figures stay right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import queries, service
from exchange_app.helpdesk.errors import IdentityNumberGiven, RequestClosed
from exchange_app.helpdesk.models import HelpEntry, HelpRequest, HelpTally, form_hash_of
from exchange_app.helpdesk.rules import Outcome, RequestState, Saying
from exchange_app.outbox.models import Letter
from exchange_app.retention.preview import list_going, total_of
from exchange_app.retention.rules import Kept
from exchange_app.retention.service import carry_out
from tests.builders import NOW
from tests.helpdesk.town import MAIL, PHONE, WORDS, afresh, ask, make_towns

IDENTITY_NUMBER = "459900201303150017"
TABLES = sorted(name for name in db.metadata.tables if name.startswith("help_"))
ANSWER, ADDED, REASON, NOTE = "Room 4, ask for the welder", "He is nineteen", "Not our matter", "We know the course"
FORM = "the name of the form"


def everything() -> str:
    """Each value of each column of each table of the help desk, and what stands beside it: letters and the log."""
    db.session.rollback()
    rows: list[Any] = []
    for table in (*TABLES, "letters", "audit_entries"):
        rows += [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes | memoryview) else repr(value)
        for row in rows
        for value in (bytes(one) if isinstance(one, memoryview) else one for one in row)
    )


def live_through(contact: str) -> HelpRequest:
    """All that can happen to a request, up to its end."""
    with transaction():
        here, there = make_towns()
        county, city = here.staff("county human-resources"), here.staff("city human-resources")
        home = there.staff("county human-resources")
        here.liaison()
        request = ask(here, contact=contact, home_city_id=there.city.id, form_token=FORM)
    with pytest.raises(IdentityNumberGiven), transaction():
        ask(here, words=f"I am {IDENTITY_NUMBER}")
    with transaction():
        service.add_note(queries.lock_copied_request(request.code, home), NOTE, by=home, now=NOW)
        service.pass_on(queries.lock_request(request.code, county), city.organisation_id, REASON, by=county, now=NOW)
    with transaction():
        shown = service.show_contact(queries.lock_request(request.code, city), by=city, now=NOW)
        assert shown == contact
        service.answer(queries.lock_request(request.code, city), ANSWER, by=city, now=NOW)
        service.add_words(queries.lock_request_of(request.code), ADDED, now=NOW)
        service.look_after(request.due_at)
    with transaction():
        liaison_sees = queries.lock_request_of(request.code)
        service.close(liaison_sees, Outcome.SOLVED, "Good luck", by=city, now=NOW)
    return request


@pytest.mark.parametrize("contact", [PHONE, MAIL])
def test_no_row_holds_what_must_not_be_there(app: Flask, contact: str) -> None:
    request = live_through(contact)
    found = everything()
    said = (WORDS, "weld", "电焊", ANSWER, ADDED, REASON, NOTE, "Good luck")
    for secret in (*said, contact, contact[-8:], request.pin, IDENTITY_NUMBER, FORM, "127.0.0.1"):
        assert secret not in found
        assert repr(secret)[1:-1] not in found
        assert secret.encode("unicode_escape").decode() not in found
    assert len(TABLES) == 6
    read = [entry.words for entry in afresh(request).entries if entry.words]
    assert read == [WORDS, NOTE, REASON, ANSWER, ADDED, "Good luck"]  # and whoever may read it finds it


def test_no_column_could_hold_who_somebody_is() -> None:
    columns = {column.name for name in TABLES for column in db.metadata.tables[name].columns}
    assert not columns & {"name", "ethnicity", "household", "identity_number", "ip", "address_hash", "user_agent"}
    of_requests = {column.name for column in HelpRequest.__table__.columns}
    assert {name for name in of_requests if name.endswith(("_sealed", "_hash"))} == {"contact_sealed", "form_hash"}


def test_looking_at_the_contact_is_written_down(app: Flask) -> None:
    request = live_through(PHONE)
    looks = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.HELP_CONTACT_SHOWN)).all()
    assert [look.subject for look in looks] == [f"help:{request.code}"]


def test_withdrawing_takes_words_and_contact_at_once(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        here.liaison()
        request = ask(here, contact=MAIL)
        service.add_words(request, ADDED, now=NOW)
    with transaction():
        service.withdraw(queries.lock_request_of(request.code), now=NOW)
    found = afresh(request)
    assert (found.state, found.contact) == (RequestState.WITHDRAWN, None)
    assert [(entry.saying, entry.words_sealed) for entry in found.entries] == [
        (Saying.ASKED, None), (Saying.ADDED, None), (Saying.WITHDRAWN, None),
    ]  # fmt: skip
    to_person = db.session.scalars(select(Letter).where(Letter.kind == "help_received")).one()
    assert (to_person.address_sealed, to_person.address_hash) == (None, None)
    with pytest.raises(RequestClosed), transaction():
        service.add_words(queries.lock_request_of(request.code), ADDED, now=NOW)


def test_deleting_leaves_the_counts_and_nothing_else(app: Flask) -> None:
    request = live_through(MAIL)
    before = [(tally.asked, tally.answered) for tally in db.session.scalars(select(HelpTally))]
    with transaction():
        service.delete_by_person(queries.lock_request_of(request.code), now=NOW)
    assert queries.find_request(request.code) is None
    assert db.session.scalars(select(HelpEntry)).all() == []
    letters = db.session.scalars(select(Letter).where(Letter.kind.startswith("help_"))).all()
    assert letters
    assert {(letter.address_sealed, letter.message_sealed, letter.address_hash) for letter in letters} == {
        (None, None, None)
    }
    assert [(tally.asked, tally.answered) for tally in db.session.scalars(select(HelpTally))] == before
    assert sum(before[0][1].values()) == 1
    erased = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.DATA_ERASED)).one()
    assert erased.subject == f"help:{request.code}"


def test_a_new_request_gets_its_letters_although_an_old_one_had_its_number(app: Flask) -> None:
    """SQLite gives the number of a deleted row away again."""
    with transaction():
        here, _ = make_towns()
        here.liaison()
        old = ask(here, contact=MAIL, form_token="old")
    with transaction():
        service.delete_by_person(queries.lock_request_of(old.code), now=NOW)
    db.session.expunge(old)
    with transaction():
        ask(here, contact=MAIL, form_token="new")
    open_letters = select(Letter).where(Letter.address_sealed.is_not(None))
    assert {letter.kind for letter in db.session.scalars(open_letters)} == {"help_received", "help_to_office"}


def test_the_job_deletes_what_is_over_on_its_day_and_reports_it(app: Flask) -> None:
    request = live_through(MAIL)
    with transaction():
        another = ask_one_more(request)
    almost = NOW + timedelta(days=90) - timedelta(seconds=1)
    assert Kept.HELP_REQUESTS not in total_of(list_going(almost))
    assert total_of(list_going(NOW + timedelta(days=90)))[Kept.HELP_REQUESTS] == 1
    for at in (almost, NOW + timedelta(days=90)):
        left = True
        while left:
            with transaction():
                left = bool(carry_out(at))
        assert (queries.find_request(request.code) is not None) == (at == almost)
    assert queries.find_request(another.code) is not None  # open ones stay
    assert db.session.scalars(select(HelpTally)).one().asked == 2


def ask_one_more(request: HelpRequest) -> HelpRequest:
    question = service.Question(request.topic, request.city_id, request.county_id, WORDS, PHONE, "en")
    return service.ask(question, form_token="one more", now=NOW)


def test_the_pin_depends_on_keys_that_no_table_holds(app: Flask) -> None:
    with transaction():
        here, _ = make_towns()
        here.liaison()
        requests = [ask(here, form_token=str(number)) for number in range(30)]
    assert len({request.pin for request in requests}) > 25
    assert all(len(request.pin) == 6 and request.pin.isdigit() for request in requests)
    assert requests[0].form_hash == form_hash_of("0")
