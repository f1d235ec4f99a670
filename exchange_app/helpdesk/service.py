"""Somebody asks for help, an office answers, and what is late goes to the next office."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, null, select, update

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.core.codes import new_code, parse_code
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.sealing import new_uid
from exchange_app.helpdesk import letters, queries
from exchange_app.helpdesk.errors import (
    CodeUnreadable,
    IdentityNumberGiven,
    NobodyAnswersThere,
    PinWrong,
    RequestClosed,
)
from exchange_app.helpdesk.models import HelpEntry, HelpRequest, HelpTally, form_hash_of, pin_for
from exchange_app.helpdesk.rules import (
    QUIET_AFTER,
    UNANSWERED_AFTER,
    Outcome,
    RequestState,
    Saying,
    Topic,
    band_of,
    holds_identity_number,
    plain_pin,
    quarter_of,
    rungs_above,
)
from exchange_app.helpdesk.working_days import end_of_working_day, working_days_between
from exchange_app.outbox.purging import forget_letters
from exchange_app.partners.models import City, Level, Organisation

PORTION = 20
NOBODYS = ""  # the uid of no request


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, for which place, and by what they can be reached: a phone or a mail address. With a home city
    the counterpart there is told too."""

    topic: Topic
    city_id: int
    county_id: int | None
    words: str
    contact: str
    language: str
    home_city_id: int | None = None


# ------------------------------------------------------------------------------------------------------- by the person


def ask(question: Question, *, form_token: str, now: datetime) -> HelpRequest:
    """The same form sent twice is the same request. Raises IdentityNumberGiven or NobodyAnswersThere."""
    check_words(question.words)
    if holds_identity_number(question.contact):  # as long as a telephone number may be
        raise IdentityNumberGiven(field="contact")
    city = _lock_city(question.city_id)
    form_hash = form_hash_of(form_token)
    if (known := queries.find_request_of_form(form_hash)) is not None:
        return known
    ladder = queries.list_ladder(question.topic, question.city_id, question.county_id)
    if not ladder:
        raise NobodyAnswersThere()
    due_at = _answer_end(question.topic, city, now)
    request = HelpRequest(
        uid=new_uid(),
        code=new_code(),
        form_hash=form_hash,
        topic=question.topic,
        city=city,
        county_id=question.county_id,
        home_city_id=question.home_city_id,
        language=question.language,
        is_by_mail="@" in question.contact,
        asked_at=now,
        last_word_at=now,
        due_at=due_at,
        look_at=due_at,
    )
    request.contact = question.contact
    _give_to(request, ladder[0])
    db.session.add(request)
    db.session.flush()
    _say(request, Saying.ASKED, now, question.words, office_id=request.office_id)
    _count(request, "asked")
    letters.write_received(request, now)
    letters.write_turn(request, Saying.ASKED, now)
    letters.write_copied(request, now)
    return request


def prove(code: str, pin: str) -> HelpRequest:
    """The request whose code and PIN these are. A code that nobody has costs the same work and gets the same answer as
    a wrong PIN. Raises CodeUnreadable or PinWrong."""
    parsed = parse_code(code)
    if parsed is None:
        raise CodeUnreadable()
    uid = queries.find_uid(parsed)
    is_right = hmac.compare_digest(pin_for(uid or NOBODYS), plain_pin(pin))
    request = queries.find_request(parsed) if uid is not None and is_right else None
    if request is None:
        raise PinWrong()
    return request


def add_words(request: HelpRequest, words: str, *, now: datetime) -> None:
    """It is the office's turn again; sent twice, it is said once. Raises IdentityNumberGiven or RequestClosed."""
    check_words(words)
    _check_open(request)
    if _was_just_said(request, Saying.ADDED, words):
        return
    _say(request, Saying.ADDED, now, words)
    if request.state is RequestState.ANSWERED:
        request.state = RequestState.WAITING
        request.due_at = request.look_at = _answer_end(request.topic, request.city, now)
    letters.write_turn(request, Saying.ADDED, now)


def withdraw(request: HelpRequest, *, now: datetime) -> None:
    """What was written, and how to reach the person, is gone at once; that there was a request stays for a while.
    Raises RequestClosed."""
    _check_open(request)
    _say(request, Saying.WITHDRAWN, now)
    change_rows(update(HelpEntry).where(HelpEntry.request_id == request.id).values(words_sealed=null()))
    db.session.expire(request, ["entries"])
    request.contact = None
    request.state, request.closed_at = RequestState.WITHDRAWN, now
    db.session.flush()
    forget_letters(letters.TO_PERSON, [request.id], now)


def delete_by_person(request: HelpRequest, *, now: datetime) -> None:
    """Gone at once, whatever its state."""
    audit.record(What.DATA_ERASED, by_id=None, now=now, subject=request.log_subject, facts={"requests": 1})
    delete_requests([request.id], now)


def delete_requests(ids: Collection[int], now: datetime) -> int:
    """With everything that was said, and the letters about them emptied. The counts stay."""
    forget_letters(letters.ALL, ids, now)
    return change_rows(delete(HelpRequest).where(HelpRequest.id.in_(ids)))


def check_words(words: str) -> None:
    """Raises IdentityNumberGiven."""
    if holds_identity_number(words):
        raise IdentityNumberGiven()


# --------------------------------------------------------------------------------------------------------- by an office


def take(request: HelpRequest, *, by: User) -> None:
    """Somebody of the office sees to it. Raises RequestClosed."""
    _check_open(request)
    request.taken_by_id = by.id


def answer(request: HelpRequest, words: str, *, by: User, now: datetime) -> None:
    """Sent twice, it is said once. Raises IdentityNumberGiven or RequestClosed."""
    check_words(words)
    _check_open(request)
    if _was_just_said(request, Saying.ANSWER, words, by):
        return
    _say(request, Saying.ANSWER, now, words, office_id=request.office_id, by=by)
    request.taken_by_id = request.taken_by_id or by.id
    request.state = RequestState.ANSWERED
    request.look_at = now + QUIET_AFTER
    _note_first_answer(request, now)
    letters.write_news(request, Saying.ANSWER, now)


def add_note(request: HelpRequest, words: str, *, by: User, now: datetime) -> None:
    """The counterpart at home says something; the person reads it too; sent twice, it is said once. Raises
    IdentityNumberGiven or RequestClosed."""
    check_words(words)
    _check_open(request)
    if _was_just_said(request, Saying.NOTE, words, by):
        return
    _say(request, Saying.NOTE, now, words, office_id=by.organisation_id, by=by)
    letters.write_turn(request, Saying.NOTE, now)


def pass_on(request: HelpRequest, office_id: int, words: str, *, by: User, now: datetime) -> None:
    """Another office of the city knows better; the time for an answer begins anew. Raises IdentityNumberGiven,
    OfficeUnfit or RequestClosed."""
    check_words(words)
    _check_open(request)
    office = queries.get_other_office(request, office_id)
    facts = {"from": request.office_id, "to": office.id}
    audit.record(What.HELP_PASSED_ON, by_id=by.id, now=now, subject=request.log_subject, facts=facts)
    _hand_to(request, office, now)
    _say(request, Saying.PASSED_ON, now, words, office_id=office.id, by=by)
    letters.write_turn(request, Saying.PASSED_ON, now)


def close(request: HelpRequest, outcome: Outcome, words: str, *, by: User, now: datetime) -> None:
    """Raises IdentityNumberGiven or RequestClosed."""
    check_words(words)
    _check_open(request)
    _say(request, Saying.CLOSED, now, words, office_id=request.office_id, by=by)
    _note_first_answer(request, now)
    _close(request, outcome, now)


def show_contact(request: HelpRequest, *, by: User, now: datetime) -> str | None:
    """How the person is reached; written down in the log. None once it is gone."""
    facts = {"office": by.organisation_id}
    audit.record(What.HELP_CONTACT_SHOWN, by_id=by.id, now=now, subject=request.log_subject, facts=facts)
    contact: str | None = request.contact
    return contact


# --------------------------------------------------------------------------------------------------------- by the clock


def look_after(now: datetime) -> int:
    """What nobody answered in time goes to the next office, or to the last one once more; what is answered and quiet is
    closed. Returns how many; call again while it returns any."""
    due = queries.lock_due(now, limit=PORTION)
    for request in due:
        if request.state is RequestState.ANSWERED:
            _close_by_clock(request, Outcome.QUIET, now)
        elif request.last_word_at + UNANSWERED_AFTER <= now:
            _close_by_clock(request, Outcome.UNANSWERED, now)
        else:
            _escalate(request, now)
    db.session.flush()
    return len(due)


def _escalate(request: HelpRequest, now: datetime) -> None:
    ladder = queries.list_ladder(request.topic, request.city_id, request.county_id)
    above = rungs_above(request.office, ladder, stands_at=_place_beside(request.office, ladder))
    if above:
        _hand_to(request, above[0], now)
        request.escalations += 1
        _say(request, Saying.ESCALATED, now, office_id=above[0].id)
    else:  # nobody is left: the last one is told again, and it stays overdue
        request.look_at = _answer_end(request.topic, request.city, now)
    letters.write_turn(request, Saying.ESCALATED, now)


def _place_beside(office: Organisation, ladder: Sequence[Organisation]) -> int:
    """Which rung an office that was never of the ladder stands beside: a county's below all of the city's, one of the
    city below the last."""
    if office.level is Level.CITY:
        return len(ladder) - 2
    return sum(rung.level is not Level.CITY for rung in ladder) - 1


def _close_by_clock(request: HelpRequest, outcome: Outcome, now: datetime) -> None:
    _say(request, Saying.CLOSED, now)
    _close(request, outcome, now)


# ------------------------------------------------------------------------------------------------------------- by all


def _check_open(request: HelpRequest) -> None:
    if not request.is_open:
        raise RequestClosed()


def _was_just_said(request: HelpRequest, saying: Saying, words: str, by: User | None = None) -> bool:
    """The same form again: nobody said anything in between."""
    last = queries.find_last_entry(request.id)
    said_by = by.id if by else None
    return last is not None and (last.saying, last.by_id, last.words) == (saying, said_by, words)


def _say(
    request: HelpRequest,
    saying: Saying,
    now: datetime,
    words: str | None = None,
    *,
    office_id: int | None = None,
    by: User | None = None,
) -> None:
    entry = HelpEntry(
        uid=new_uid(), request_id=request.id, at=now, saying=saying, office_id=office_id, by_id=by.id if by else None
    )
    entry.words = words
    db.session.add(entry)
    if saying is not Saying.ESCALATED:
        request.last_word_at = now
    db.session.flush()


def _hand_to(request: HelpRequest, office: Organisation, now: datetime) -> None:
    """The time for an answer begins anew."""
    before = request.home_office_id
    _give_to(request, office)
    request.state = RequestState.WAITING
    request.taken_by_id = None
    request.due_at = request.look_at = _answer_end(request.topic, request.city, now)
    if request.home_office_id != before:
        letters.write_copied(request, now)


def _give_to(request: HelpRequest, office: Organisation) -> None:
    """And to its counterpart at home, if the person wants that."""
    request.office = office
    request.office_id = office.id
    home_city_id = request.home_city_id
    counterpart = queries.find_counterpart(office, home_city_id) if home_city_id is not None else None
    request.home_office = counterpart
    request.home_office_id = counterpart.id if counterpart else None


def _close(request: HelpRequest, outcome: Outcome, now: datetime) -> None:
    request.state, request.outcome, request.closed_at = RequestState.CLOSED, outcome, now
    db.session.flush()
    letters.write_news(request, Saying.CLOSED, now)


def _note_first_answer(request: HelpRequest, now: datetime) -> None:
    if request.answered_at is None:
        request.answered_at = now
        days = working_days_between(request.asked_at, now, ZoneInfo(request.city.time_zone))
        _count(request, band_of(days).value)


def _count(request: HelpRequest, column: str) -> None:
    """One more in the quarter in which it was asked."""
    quarter = quarter_of(request.asked_at.astimezone(ZoneInfo(request.city.time_zone)).date())
    key = {"quarter": quarter, "topic": request.topic, "city_id": request.city_id}
    zeros = dict.fromkeys(("asked", "one_day", "three_days", "five_days", "ten_days", "later"), 0)
    db.session.execute(insert_unless_there(HelpTally).values(**key, **zeros))
    change_rows(update(HelpTally).filter_by(**key).values({column: getattr(HelpTally, column) + 1}))


def _answer_end(topic: Topic, city: City, now: datetime) -> datetime:
    return end_of_working_day(now, queries.answer_days(topic), ZoneInfo(city.time_zone))


def _lock_city(city_id: int) -> City:
    """One after the other, so that a form that was sent twice at once finds itself."""
    city: City = db.session.scalars(select(City).where(City.id == city_id).with_for_update(key_share=True)).one()
    return city
