"""What guardians answer is kept word for word, counts for what it was about, and is heeded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.errors import (
    ChildNotNamed,
    DataNeeded,
    LinkOver,
    LinkReplaced,
    LinkUnknown,
    NotAskedNow,
    NothingToAnswer,
    NothingToWithdraw,
    SignedLater,
    TextChanged,
    TextUnknown,
)
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentMethod, ConsentNotice
from exchange_app.consents.rules import TAKING_PART, ConsentState
from exchange_app.consents.service import Answer
from exchange_app.consents.wording import kept_wording, wording_of
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.rosters import service as rosters
from exchange_app.rosters.errors import HealthNoteRefused
from exchange_app.rosters.keeping import values_of
from exchange_app.rosters.models import Participant
from exchange_app.rosters.reading import read_pasted
from tests.builders import NOW, both, make_departure, make_hold, make_leader
from tests.consents.group import (
    AGENCY,
    LATER,
    answer,
    answer_for,
    children_of,
    choices_of,
    make_group,
    make_link,
)
from tests.retention.group import midnight, run
from tests.rosters.sheet import HEADINGS, pasted, pupil

TODAY = NOW.date()
NO = {"taking_part": False, "child_data": False, "health_note": False, "recipient": False}


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group()


@pytest.fixture
def child(booking: Booking) -> Participant:
    return children_of(booking)[0]


def state(booking: Booking, child: Participant) -> ConsentState:
    db.session.expire_all()
    given = queries.find_answer(booking, child)
    return given.state if given else ConsentState.MISSING


def answers() -> list[ConsentAnswer]:
    return list(db.session.scalars(select(ConsentAnswer).order_by(ConsentAnswer.id)))


# ------------------------------------------------------------------------------------------------------ kept, and which


def test_every_answer_is_kept_and_the_last_one_counts(booking: Booking, child: Participant) -> None:
    token = answer_for(booking, child)
    answer(booking, token, LATER + timedelta(days=1), **NO)
    assert state(booking, child) is ConsentState.REFUSED
    answer(booking, token, LATER + timedelta(days=2), photos=True)
    assert state(booking, child) is ConsentState.AGREED
    assert [given.choices["photos"] for given in answers()] == [False, False, True]
    assert [given.method for given in answers()] == [ConsentMethod.LINK] * 3


def test_what_was_agreed_to_stays_word_for_word_when_the_text_changes(booking: Booking, child: Participant) -> None:
    answer_for(booking, child)
    before = wording_of(booking)
    with transaction():
        bookings.set_contact(
            booking, bookings.Contact("Nong Yi", "nong@test.example", "13911112222"), by=booking.leader, now=LATER
        )
        booking.departure.meeting_point = both("The north gate")
    assert wording_of(booking).text_hash != before.text_hash
    answer_for(booking, children_of(booking)[1])
    notices = [given.notice for given in answers()]
    assert kept_wording(notices[0].words) == before
    assert ["13911112222" in str(notice.words) for notice in notices] == [False, True]
    assert [queries.count_notices_until(notice) for notice in notices] == [1, 2]
    assert state(booking, child) is ConsentState.AGREED  # other words alone do not undo it


def test_who_reads_while_the_text_changes_reads_it_again(booking: Booking, child: Participant) -> None:
    token, seen = make_link(booking, child), wording_of(booking).text_hash
    with transaction():
        booking.departure.package.title = both("Something else")
    with pytest.raises(TextChanged), transaction():
        service.answer_by_link(token, Answer(choices_of(booking), "覃大"), seen=seen, now=LATER)
    assert answers() == []


def test_the_same_answer_sent_twice_at_once_is_kept_once(app: Flask, booking: Booking, child: Participant) -> None:
    token, start = make_link(booking, child), Barrier(6)
    given, seen = Answer(choices_of(booking), "覃大一"), wording_of(booking).text_hash
    db.session.rollback()

    def send() -> None:
        with app.app_context():
            start.wait(10)
            with transaction():
                service.answer_by_link(token, given, seen=seen, now=LATER)

    with ThreadPoolExecutor(6) as fingers:
        for finger in [fingers.submit(send) for _ in range(6)]:
            finger.result()
    assert len(answers()) == 1


def test_to_take_part_without_the_data_is_no_answer(booking: Booking, child: Participant) -> None:
    with pytest.raises(DataNeeded):
        answer_for(booking, child, child_data=False)


def test_who_says_no_to_taking_part_agrees_to_nothing_else(booking: Booking, child: Participant) -> None:
    answer_for(booking, child, taking_part=False, photos=True)
    assert not any(answers()[0].choices.values())


@pytest.mark.parametrize("point", ["health_note", "recipient", "photos"])
def test_photos_recipients_and_health_notes_are_no_condition(booking: Booking, child: Participant, point: str) -> None:
    answer_for(booking, child, **{point: False})
    assert state(booking, child) is ConsentState.AGREED


# ------------------------------------------------------------------------------------------------- what it was about


def test_for_other_days_everybody_is_asked_anew(booking: Booking, child: Participant) -> None:
    answer_for(booking, child)
    with transaction():
        booking.departure.starts_on += timedelta(days=7)
        booking.departure.ends_on += timedelta(days=7)
    assert state(booking, child) is ConsentState.MISSING
    assert queries.count_consents(booking).missing == 3
    answer_for(booking, child)
    assert state(booking, child) is ConsentState.AGREED


@pytest.mark.parametrize("change", ["another recipient", "another purpose", "more data"])
def test_about_other_recipients_purposes_or_data_everybody_is_asked_anew(
    booking: Booking, child: Participant, change: str
) -> None:
    answer_for(booking, child)
    package = booking.departure.package
    with transaction():
        if change == "another recipient":
            package.recipients = [AGENCY, {**AGENCY, "name": {"en": "Insurer"}}]
        elif change == "another purpose":
            package.recipients = [{**AGENCY, "purpose": {"en": "Advertising"}}]
        else:
            package.asks = [*package.asks, {"field": "sex", "reason": {"en": "Rooms"}}]
    assert state(booking, child) is ConsentState.MISSING


def test_whoever_takes_the_seat_does_not_travel_on_the_former_childs_consent(
    booking: Booking, child: Participant
) -> None:
    token = answer_for(booking, child)
    fields = ("role", "name", "class_name", "guardian_name", "guardian_phone", "second_phone", "health_note")
    other = dict(zip(fields, (*pupil(9), "哮喘"), strict=True))
    with transaction():
        rosters.swap_person(booking, child.id, other, by=booking.leader, now=LATER)
    swapped = children_of(booking)[0]
    assert (swapped.name, swapped.health_note) == (pupil(9)[1], "哮喘")
    assert state(booking, swapped) is ConsentState.MISSING
    with pytest.raises(ChildNotNamed):
        queries.get_asked(token, LATER)


def test_a_corrected_name_keeps_the_answer_which_says_for_whom_it_was_given(
    booking: Booking, child: Participant
) -> None:
    answer_for(booking, child)
    with transaction():
        values = {**values_of(child), "name": "覃小明"}
        rosters.change_person(booking, child.id, values, by=booking.leader, now=LATER)
    assert state(booking, child) is ConsentState.AGREED
    assert (child.name, answers()[0].child_name) == ("覃小明", pupil(1)[1])


# ------------------------------------------------------------------------------------------------------------- heeded


def test_a_refused_health_note_is_erased_and_none_is_taken(booking: Booking, child: Participant) -> None:
    assert child.health_note == "花生过敏"
    token = answer_for(booking, child, health_note=False)
    db.session.refresh(child)
    assert child.health_note is None
    values = {**values_of(child), "health_note": "哮喘"}
    with pytest.raises(HealthNoteRefused), transaction():
        rosters.change_person(booking, child.id, values, by=booking.leader, now=LATER)
    reading = read_pasted(
        pasted([(*pupil(1), "哮喘"), (*pupil(2), "哮喘")], (*HEADINGS, "健康备注")),
        frozenset({"health_note"}),
        today=TODAY,
    )
    with transaction():
        imported = rosters.import_roster(booking, reading, by=booking.leader, now=LATER)
    assert imported.notes_refused == 1
    assert [one.health_note for one in children_of(booking)] == [None, "哮喘", "花生过敏"]
    answer(booking, token, LATER + timedelta(days=1))
    with transaction():
        rosters.change_person(booking, child.id, values, by=booking.leader, now=LATER)
    assert child.health_note == "哮喘"


def test_who_withdraws_is_known_at_once_and_nothing_sensitive_stays(booking: Booking, child: Participant) -> None:
    token = answer_for(booking, child)
    with transaction():
        service.withdraw_by_link(token, now=LATER + timedelta(hours=1))
    assert state(booking, child) is ConsentState.WITHDRAWN
    assert children_of(booking)[0].health_note is None
    assert answers()[0].withdrawn_at == LATER + timedelta(hours=1)
    with pytest.raises(NothingToWithdraw), transaction():
        service.withdraw_by_link(token, now=LATER + timedelta(hours=2))
    answer(booking, token, LATER + timedelta(hours=3))
    assert state(booking, child) is ConsentState.AGREED


def test_what_was_agreed_to_can_be_withdrawn_though_something_else_is_asked_by_now(
    booking: Booking, child: Participant
) -> None:
    token = answer_for(booking, child)
    with transaction():
        asked = {"field": "meal_need", "reason": both("The kitchen has to know")}
        booking.departure.package.asks = [*booking.departure.package.asks, asked]
    with transaction():
        service.withdraw_by_link(token, now=LATER + timedelta(hours=1))
    assert [one.state for one in answers()] == [ConsentState.WITHDRAWN]
    assert children_of(booking)[0].health_note is None
    with pytest.raises(NothingToWithdraw), transaction():
        service.record_withdrawal(booking, child.id, by=booking.leader, now=LATER + timedelta(hours=2))


def test_withdrawing_is_possible_after_the_visit_and_after_a_cancellation(booking: Booking, child: Participant) -> None:
    token = answer_for(booking, child)
    other = children_of(booking)[1]
    other_token = answer_for(booking, other)
    afterwards = booking.departure.meets_at + timedelta(days=300)
    with transaction():
        service.withdraw_by_link(token, now=afterwards)
    with transaction():
        bookings.end_booking(booking, reason="Flu", by=booking.leader, now=LATER)
        service.withdraw_by_link(other_token, now=LATER)
    assert {state(booking, one) for one in (child, other)} == {ConsentState.WITHDRAWN}
    with pytest.raises(NothingToAnswer):
        answer(booking, other_token)


def test_proof_stays_when_the_child_is_taken_out_until_its_years_are_over(booking: Booking, child: Participant) -> None:
    answer_for(booking, child)
    with transaction():
        rosters.remove_person(booking, child.id, by=booking.leader, now=LATER)
    run(midnight(booking, 1096) - timedelta(seconds=1))
    assert (answers()[0].child_name, answers()[0].given_by) == (pupil(1)[1], "覃大一")
    run(midnight(booking, 1096))
    for table in (ConsentAnswer, ConsentLink, ConsentNotice):
        assert db.session.scalars(select(table)).all() == []


def test_neither_names_nor_tokens_are_stored_in_clear(booking: Booking, child: Participant) -> None:
    token = answer_for(booking, child, name="𠮷大姐")
    for table in ("consent_links", "consent_answers", "consent_notices"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            stored = repr(tuple(row)) + b"".join(map(bytes, (one for one in row if isinstance(one, bytes)))).decode(
                errors="replace"
            )
            for secret in (token, "𠮷", pupil(1)[1], "13900005678"):
                assert secret not in stored, (table, secret)


# -------------------------------------------------------------------------------------------------------------- links


def test_a_new_link_ends_the_earlier_one_of_this_child_alone(booking: Booking, child: Participant) -> None:
    first, others = make_link(booking, child), make_link(booking, children_of(booking)[1])
    second = make_link(booking, child)
    with pytest.raises(LinkReplaced):
        queries.get_asked(first, LATER)
    with pytest.raises(LinkReplaced):
        answer(booking, first)
    assert queries.get_asked(second, LATER).child.id == child.id
    assert queries.get_asked(others, LATER)


def test_a_link_that_was_guessed_or_is_out_of_time_leads_nowhere(booking: Booking, child: Participant) -> None:
    token = make_link(booking, child)
    for guess in ("", token[:-1], token + "x"):
        with pytest.raises(LinkUnknown):
            queries.get_asked(guess, LATER)
    with pytest.raises(LinkOver):
        queries.get_asked(token, NOW + timedelta(days=30 + 366))


def test_nobody_is_asked_for_a_group_that_is_not_handed_in(app: Flask) -> None:
    with transaction():
        held = make_hold(make_departure(), make_leader())
    with pytest.raises(NotAskedNow), transaction():
        service.make_links(held, [], by=held.leader, now=LATER)


# -------------------------------------------------------------------------------------------------------------- paper


def record(booking: Booking, child: Participant, signed_on: date = TODAY, text: str = "", **changes: bool) -> None:
    with transaction():
        service.record_paper(
            booking,
            child.id,
            Answer(choices_of(booking, **changes), "覃大一"),
            text=text or wording_of(booking).text_hash,
            signed_on=signed_on,
            by=booking.leader,
            now=LATER,
        )


def test_a_paper_is_recorded_with_its_day_and_by_whom_and_can_be_withdrawn(
    booking: Booking, child: Participant
) -> None:
    record(booking, child, TODAY - timedelta(days=2))
    (given,) = answers()
    assert (given.method, given.signed_on) == (ConsentMethod.PAPER, TODAY - timedelta(days=2))
    assert (given.recorded_by_id, given.link_id, given.given_by) == (booking.leader_id, None, "覃大一")
    with transaction():
        service.record_withdrawal(booking, child.id, by=booking.leader, now=LATER)
    assert state(booking, child) is ConsentState.WITHDRAWN
    assert answers()[0].withdrawal_recorded_by_id == booking.leader_id


def test_a_refusal_on_paper_counts_as_one(booking: Booking, child: Participant) -> None:
    record(booking, child, **NO)
    assert state(booking, child) is ConsentState.REFUSED
    assert answers()[0].choices[TAKING_PART] is False


def test_what_was_signed_is_a_text_that_was_printed(booking: Booking, child: Participant) -> None:
    printed = wording_of(booking)
    with transaction():
        service.keep_notice(booking, printed, NOW)
        booking.departure.package.organiser.name = Translated(en="The office", zh_Hans="办公室")
    record(booking, child, text=printed.text_hash)
    assert kept_wording(answers()[0].notice.words) == printed
    with pytest.raises(TextUnknown):
        record(booking, child, text="0" * 64)
    with pytest.raises(SignedLater):
        record(booking, child, TODAY + timedelta(days=1))
