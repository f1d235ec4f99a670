"""Invitations are calendar requests: their SEQUENCE grows, a cancelled one is taken back; answers need the own link."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.meetings.errors import AnswerTooLate, GuestInvitedAlready, NotTheChair, PlaceMissing, TimeOver
from exchange_app.meetings.links import answer_path
from exchange_app.meetings.models import Invitation, Meeting
from exchange_app.meetings.queries.meetings import lock_meeting
from exchange_app.meetings.rules import Answer
from exchange_app.meetings.service import inviting, planning
from exchange_app.meetings.service.inviting import GuestTerms
from exchange_app.meetings.service.planning import MeetingTerms
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tests.letters.strict import events_of, read_strictly
from tests.meetings.conftest import Circle
from tests.meetings.hall import HALL, invite, make_meeting
from tests.outbox.letters import deliver, letters
from tests.pages import send, sign_in, speak

GUEST = "guest@office.example"


def make_invited(circle: Circle, at: datetime) -> Meeting:
    """Chaired by the first city, with the co-ordinators of all three and a guest of the second one's office."""
    by = circle.a.coordinator
    with transaction():
        meeting = make_meeting(circle.agreement, by, at + timedelta(days=20), at)
        guest = GuestTerms(circle.b.office, "Mo “Jo” O'Neil", GUEST, "en")
        inviting.add_guest(meeting, guest, by=by, now=at)
        invite(meeting, by, at)
    return meeting


def requests_to(address: str, at: datetime) -> list[tuple[str, str, str]]:
    """Kind of letter, METHOD and SEQUENCE of what was sent there, in the order of writing."""
    deliver(Mailbox(), at=at)
    found = []
    for letter in letters():
        if letter.address == address and letter.state is LetterState.SENT and letter.kind.startswith("meeting_"):
            attached = read_letter(letter, at).attachments
            for file in attached:
                calendar = read_strictly(file.content)
                [event] = events_of(calendar)
                found.append((letter.kind, calendar.value("METHOD"), event.value("SEQUENCE")))
                assert f'method="{calendar.value("METHOD")}"' in (letter.message or "")
    return found


def test_the_sequence_grows_and_a_cancelled_meeting_is_taken_out(circle: Circle) -> None:
    at, by = now(), circle.a.coordinator
    meeting = make_invited(circle, at)
    assert requests_to(GUEST, at) == [("meeting_invited", "REQUEST", "0")]
    terms = MeetingTerms(meeting.starts_at + timedelta(days=1), 90, HALL, "")
    with transaction():
        planning.change_meeting(lock_meeting(meeting.id, by), terms, by=by, now=at)
    with transaction():  # the same once more is no change
        planning.change_meeting(lock_meeting(meeting.id, by), terms, by=by, now=at)
    with transaction():
        planning.cancel_meeting(lock_meeting(meeting.id, by), "Flood", by=by, now=at)
    # The move was never sent: it is no longer true.
    assert requests_to(GUEST, at) == [("meeting_invited", "REQUEST", "0"), ("meeting_cancelled", "CANCEL", "2")]
    [event] = events_of(read_strictly(read_letter(letters()[-1], at).attachments[0].content))
    assert event.value("STATUS") == "CANCELLED"


def test_a_moved_meeting_asks_anew_under_the_same_uid(circle: Circle) -> None:
    at, by = now(), circle.a.coordinator
    meeting = make_invited(circle, at)
    deliver(Mailbox(), at=at)
    with transaction():
        for one in lock_meeting(meeting.id, by).invited:
            inviting.answer_invitation(one, Answer.NO, "Somebody", now=at)
        terms = MeetingTerms(meeting.starts_at, 90, Translated(en="Elsewhere"), "https://meet.example/1")
        planning.change_meeting(meeting, terms, by=by, now=at)
    assert {one.answer for one in meeting.invited} == {Answer.NO}  # another place needs no other answer
    with transaction():
        later = MeetingTerms(meeting.starts_at + timedelta(hours=1), 90, HALL, "")
        planning.change_meeting(lock_meeting(meeting.id, by), later, by=by, now=at)
    assert {(one.answer, one.stand_in) for one in meeting.invited} == {(None, "")}
    assert requests_to(GUEST, at) == [("meeting_invited", "REQUEST", "0"), ("meeting_changed", "REQUEST", "2")]
    files = [read_letter(one, at).attachments[0].content for one in letters() if one.address == GUEST and one.message]
    found = [events_of(read_strictly(file))[0] for file in files]
    assert len({event.value("UID") for event in found}) == 1
    mine, *others = [address for _, address in found[-1].all("ATTENDEE")]
    assert mine == f"mailto:{GUEST}"
    assert sorted(others) == sorted(f"mailto:{town.coordinator.email}" for town in (circle.a, circle.b, circle.c))
    assert found[-1].value("ORGANIZER") == f"mailto:{by.email}"


def test_whoever_is_uninvited_is_told_and_nobody_else(circle: Circle) -> None:
    at, by = now(), circle.a.coordinator
    meeting = make_invited(circle, at)
    deliver(Mailbox(), at=at)
    stays = {circle.a.coordinator.id, circle.c.coordinator.id, circle.b.organiser.id}
    with transaction():
        inviting.set_members(lock_meeting(meeting.id, by), stays, by=by, now=at)
    gone, new = circle.b.coordinator.email, circle.b.organiser.email
    assert [kind for kind, _, _ in requests_to(gone, at)] == ["meeting_invited", "meeting_cancelled"]
    assert [kind for kind, _, _ in requests_to(new, at)] == ["meeting_invited"]
    assert [kind for kind, _, _ in requests_to(circle.c.coordinator.email, at)] == ["meeting_invited"]
    with transaction():  # and back again, above what they know
        inviting.set_members(lock_meeting(meeting.id, by), stays | {circle.b.coordinator.id}, by=by, now=at)
    assert [int(sequence) for _, _, sequence in requests_to(gone, at)] == [0, 1, 2]


def test_the_link_of_a_letter_answers_for_its_reader_alone(client: FlaskClient, circle: Circle) -> None:
    at = now()
    meeting = make_invited(circle, at)
    guest, other = meeting.invitations[-1], meeting.invitations[0]
    speak(client, "en")
    own, foreign = answer_path(guest), answer_path(other)
    assert client.get(f"{own}?answer=yes").status_code == 200
    db.session.refresh(guest)
    assert guest.answer is None  # a mail scanner that follows the link comes to no meeting
    swapped = f"{own.rpartition('/')[0]}/{foreign.rpartition('/')[2]}"
    for address in (swapped, swapped[:-1], f"{own}0"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"answer": "yes"}).status_code in (400, 404)
    assert "Choose one of the list" in send(client, own, answer=None).text
    assert "Wen from the office" in send(client, own, answer="no", stand_in="Wen from the office").text
    with transaction():
        planning.cancel_meeting(lock_meeting(meeting.id, circle.a.coordinator), "", by=circle.a.coordinator, now=at)
        assert (guest.answer, guest.stand_in) == (Answer.NO, "Wen from the office")
    assert "was cancelled" in client.get(own).text
    assert 'name="answer"' not in client.get(own).text


def test_members_answer_on_the_page_and_the_chair_notes_for_others(client: FlaskClient, circle: Circle) -> None:
    meeting = make_invited(circle, now())
    address = f"/coordinator/meetings/{meeting.id}"
    sign_in(client, circle.b.coordinator)
    assert "Not sure yet" in send(client, address, f"{address}/answer", answer="maybe", stand_in="Wei").text
    assert client.get(f"{address}/people").status_code == 403
    for person in (circle.stranger.coordinator, circle.stranger.organiser):
        sign_in(client, person)
        assert client.get(address).status_code == 404
        assert "no. 1" not in client.get("/coordinator/meetings").text
    sign_in(client, circle.a.coordinator)
    guest = meeting.invitations[-1]
    page = send(client, f"{address}/people", f"{address}/invitations/{guest.id}/note", answer="yes")
    assert "The answer is noted" in page.text
    assert "Wei" in page.text


def test_what_cannot_be_is_refused(circle: Circle) -> None:
    at, by = now(), circle.a.coordinator
    meeting = make_invited(circle, at)
    guest = GuestTerms(circle.c.office, "Again", GUEST, "en")
    elsewhere = MeetingTerms(meeting.starts_at, 60, Translated(), "")
    past = MeetingTerms(at - timedelta(hours=1), 60, HALL, "")
    attempts = [
        (GuestInvitedAlready, lambda: inviting.add_guest(meeting, guest, by=by, now=at)),
        (PlaceMissing, lambda: planning.change_meeting(meeting, elsewhere, by=by, now=at)),
        (TimeOver, lambda: planning.change_meeting(meeting, past, by=by, now=at)),
        (NotTheChair, lambda: planning.cancel_meeting(meeting, "", by=circle.b.coordinator, now=at)),
        (NotTheChair, lambda: planning.set_agenda(meeting, [], [], by=circle.a.organiser, now=at)),
        (
            AnswerTooLate,
            lambda: inviting.answer_invitation(meeting.invitations[0], Answer.YES, "", now=meeting.starts_at),
        ),
    ]
    for refusal, command in attempts:
        with transaction(), pytest.raises(refusal):
            command()


def test_names_and_addresses_of_guests_go(circle: Circle) -> None:
    meeting = make_invited(circle, now())
    for days, known in ((89, True), (91, False)):
        with transaction():
            inviting.forget_guests(meeting.starts_at + timedelta(days=days))
        db.session.expire_all()
        guest = db.session.get_one(Invitation, meeting.invitations[-1].id)
        assert (guest.email is not None, bool(guest.who)) == (known, known)
