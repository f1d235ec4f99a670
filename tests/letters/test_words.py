"""Every letter, word by word, in both languages. UPDATE_SNAPSHOTS=1 writes them anew; then read what changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from exchange_app.accounts.models import AccountLink, User, token_of
from exchange_app.accounts.queries import token_hash
from exchange_app.accounts.rules import LINK_LENGTHS, Purpose
from exchange_app.accounts.sending import load_links, load_users
from exchange_app.bookings.models import Booking, BookingEvent, Message
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import Approver, Publication
from exchange_app.coordination.rules import ProblemState
from exchange_app.coordination.sending import load_counterparts, load_exchanges, load_problems, load_proposals
from exchange_app.core.database import db
from exchange_app.core.sealing import new_uid
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause, DepartureState
from exchange_app.factory import create_app
from exchange_app.features import LETTERS
from exchange_app.helpdesk.sending import HELP_LETTERS, load_requests
from exchange_app.meetings.rules import MeetingState
from exchange_app.meetings.sending import load_actions, load_agreements, load_invitations, load_meetings
from exchange_app.outbox.finding import known_kinds
from exchange_app.outbox.models import Letter
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.reading import ReadableLetter, read_letter
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.partners.rules import CounterpartState
from exchange_app.publicity.rules import StoryState
from exchange_app.publicity.sending import load_event_invitations, load_photos, load_stories
from exchange_app.rosters.models import Participant
from exchange_app.rosters.rules import Role
from exchange_app.tailored.rules import InquiryState
from exchange_app.tailored.sending import load_inquiries
from exchange_app.visits.queries.visits import map_follow_ups, map_visits
from exchange_app.visits.rules import VisitState
from tests.letters.group import (
    WRITTEN_AT,
    agree_to_meet,
    make_change,
    make_delegation,
    make_event,
    make_group,
    make_help_request,
    make_inquiry,
    make_joint,
    make_morning,
    make_news,
    make_other_date,
    make_pair,
    make_shared,
    make_shared_problem,
    make_shown,
    make_told,
    organiser_of,
)
from tests.settings import make_settings

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
KINDS = [kind.name for kind in LETTERS]
HELP_KINDS = {kind.name for kind in HELP_LETTERS}  # nothing that anybody wrote stands in them
PUBLIC_URL = "https://exchange.example"

# What the booking has become when a kind of letter speaks of it.
STATES = {
    "booking_held": BookingState.HELD,
    "booking_submitted": BookingState.SUBMITTED,
    "booking_declined": BookingState.DECLINED,
    "booking_cancelled": BookingState.CANCELLED,
    "booking_called_off": BookingState.CALLED_OFF,
    "organiser_notice": BookingState.SUBMITTED,
    "organiser_cancellation": BookingState.CANCELLED,
    "family_called_off": BookingState.CALLED_OFF,
    "family_cancelled": BookingState.CANCELLED,
    "family_unsettled": BookingState.SUBMITTED,
    "family_declined": BookingState.DECLINED,
    "booking_queued": BookingState.WAITING,
    "booking_offered": BookingState.OFFERED,
    "booking_list_ended": BookingState.LAPSED,
    "approval_wanted": BookingState.SUBMITTED,
    "booking_taken_back": BookingState.SUBMITTED,
    "booking_approved": BookingState.SUBMITTED,
    "reminder_afterwards": BookingState.DONE,
    "organiser_summary": BookingState.SUBMITTED,
}
REASONS = {"zh_Hans": "台风来袭，学校停课。", "en": "A typhoon is coming; the schools are closed."}

OFFERED_UNTIL = datetime(2027, 3, 4, 1, 0, tzinfo=UTC)
WAITS_SINCE = datetime(2027, 3, 1, 1, 30, tzinfo=UTC)
FROM_LARGER = {"pupils_before": 30, "staff_before": 4, "pupils": 24, "staff": 3, "roster_was_due": False}
FROM_EARLIER = {"before": "2027-04-05", "before_until": "2027-04-06"}
WRITTEN_BY_HOST = {
    "subject": "渡船改时间了 · The boat leaves earlier",
    "words": "请带雨具。\nBring rain gear <b>and</b> a hat.\n\nSee https://exchange.example/departures/1.",
}
MET_EARLIER = {
    "starts_on": "2027-04-05",
    "ends_on": "2027-04-06",
    "meets_at": "2027-04-05T01:00:00+00:00",
    "meeting_point": {"zh_Hans": "宁明火车站广场", "en": "Square before Ningming station"},
}

ASKED = "可以安排吗？ · Would <that> do?"

# What a kind of letter is told beside the reason.
FACTS: Mapping[str, Mapping[str, Any]] = {
    "booking_held": {"until": OFFERED_UNTIL.isoformat()},
    "booking_declined": {"approver": "school_head"},
    "booking_approved": {"approver": "school_head", "awaiting": "host"},
    "booking_offered": {"until": OFFERED_UNTIL.isoformat()},
    "booking_list_ended": {"until": OFFERED_UNTIL.isoformat()},
    "approval_wanted": {"approver": "school_head", "since": WAITS_SINCE.isoformat(), "times": 0},
    "booking_changed": FROM_LARGER,
    "organiser_change": FROM_LARGER,
    "booking_moved": FROM_EARLIER,
    "organiser_move": FROM_EARLIER,
    "family_moved": FROM_EARLIER,
    "booking_rescheduled": {"former": MET_EARLIER},
    "family_rescheduled": {"former": MET_EARLIER},
    "organiser_request": {"kind": "party", "pupils": 28, "staff": 4},
    "booking_request_answered": {"kind": "party", "pupils": 28, "staff": 4, "is_granted": True},
    "organiser_message": {"booking": 1},
    "organiser_message_test": WRITTEN_BY_HOST,
    "incident_reported": {"incident": 1, "happened_at": "2027-04-12T02:30:00+00:00", "concerned": 2},
    "deletion_asked": {"request": 1},
    "breach_reported": {"breach": 1},
    "organiser_summary": {"day": "2027-03-02", "since": "2027-03-01T00:00:00+00:00"},
    "notice_digest": {"week": "2027-W09", "since": "2027-03-01T00:00:00+00:00"},
    "help_received": {"saying": "asked"},
    "help_news": {"saying": "answer"},
    "help_to_office": {"saying": "escalated", "is_overdue": False},
    "tailored_to_host": {"to": "host", "step": "send", "words": ASKED, "state": "with_host"},
    "tailored_to_school": {"to": "school", "step": "send", "words": ASKED, "state": "with_school"},
    "tailored_reminder": {"to": "host", "state": "with_host"},
    "tailored_agreed": {"to": "school", "state": "agreed"},
    "tailored_ended": {"to": "school", "words": ASKED, "state": "declined"},
    "agreement_proposed": {"reader": 0},
    "counterpart_proposed": {"state": "proposed"},
    "counterpart_answered": {"state": "declined"},
    "counterpart_ended": {"state": "ended", "was_confirmed": True},
    "exchange_named": {"side": "hosting", "reader": 0},
    "exchange_due": {"side": "hosting", "reader": 2},
    "problem_assigned": {"state": "assigned"},
    "problem_commented": {"state": "raised", "day": "2027-03-02", "reader": 0},
    "problem_settled": {"state": "settled"},
    "meeting_invited": {"state": "invited"},
    "meeting_changed": {"state": "invited"},
    "meeting_cancelled": {"state": "cancelled"},
    "meeting_called": {"state": "planned", "reader": 0},
    "minutes_sent": {"state": "sent", "reader": 0, "round": 1},
    "minutes_objected": {"state": "held", "reader": 0, "round": 1},
    "minutes_confirmed": {"state": "confirmed", "reader": 2, "round": 1},
    "action_due": {"state": "confirmed", "reader": 2},
    "visit_proposed": {"state": "proposed", "speaking": 0},
    "visit_answered": {"state": "accepted"},
    "visit_cancelled": {"state": "cancelled", "was_agreed": True},
    "visit_programme": {"state": "accepted"},
    "visit_reported": {"state": "carried_out"},
    "visit_follow_up": {"state": "accepted", "reader": 0},
    "event_invited": {"state": ""},
    "event_answered": {"state": "yes", "at": WRITTEN_AT.isoformat()},
    "story_proposed": {"state": "proposed"},
    "story_answered": {"state": "draft"},
    "photo_withdrawn": {"state": "published"},
}

# What the link in a letter is for.
LINKS = {
    "account_opened": Purpose.INVITATION,
    "password_reset": Purpose.RESET,
    "password_forgotten": Purpose.FORGOTTEN,
    "new_address": Purpose.NEW_ADDRESS,
}


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Flask]:
    app = create_app(
        make_settings(DATABASE_URL=sqlite_url, PUBLIC_URL=PUBLIC_URL, MAIL_FROM="书信 <post@city.example>")
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def make_letter(
    kind: str, language: str, state: BookingState | None = None, /, **facts: Any
) -> tuple[Letter, Booking, Departure]:
    """A letter of the kind, the booking that it is about (it was confirmed before), and another date of the package."""
    with transaction():
        booking = make_group(language)
        other = make_other_date(booking.departure)
        prepare(booking, kind, state)
        db.session.add(BookingEvent(booking_id=booking.id, at=WRITTEN_AT, what=Step.CONFIRM))
        if facts.get("kind") == "move":
            facts["departure_id"] = other.id
        write_letters(
            [
                _letter(booking, "booking_confirmed", "confirmed", language),
                _letter(booking, kind, "the-letter", language, **facts),
            ],
            WRITTEN_AT,
        )
    letter = find_letter_by_key(f"booking:{booking.id}:the-letter")
    assert letter is not None
    return letter, booking, other


def prepare(booking: Booking, kind: str, state: BookingState | None = None) -> None:
    """What the booking is like when such a letter is written about it."""
    booking.state = state or STATES.get(kind, BookingState.CONFIRMED)
    booking.approvals = booking.departure.package.approvals = ["school_head", "host", "education_bureau"]
    if kind == "organiser_summary":
        make_morning(booking)
    if kind == "notice_digest":
        make_news(booking)
    if kind == "organiser_message":
        author, about = booking.leader_id, booking.departure_id
        db.session.add(
            Message(
                id=booking.id, by_id=author, departure_id=about, form_token="fixed", at=WRITTEN_AT, **WRITTEN_BY_HOST
            )
        )
    if kind == "consent_missing":
        name_pupils(booking, 5)
    match booking.state:
        case BookingState.HELD:
            booking.hold_ends_at, booking.submitted_at, booking.contact_name = OFFERED_UNTIL, None, None
        case BookingState.SUBMITTED:
            decides = Approver.HOST if kind in ("organiser_summary", "booking_approved") else Approver.SCHOOL_HEAD
            booking.awaiting, booking.awaiting_since = decides, WAITS_SINCE
        case BookingState.WAITING:
            booking.queued_at, booking.submitted_at = booking.created_at, None
        case BookingState.OFFERED:
            booking.hold_ends_at, booking.submitted_at = OFFERED_UNTIL, None
        case BookingState.CALLED_OFF:
            booking.departure.state = DepartureState.CALLED_OFF
            booking.departure.called_off_cause = Cause.WEATHER
            booking.departure.called_off_reason = Translated(**REASONS)


def name_pupils(booking: Booking, count: int) -> None:
    """Of whom no guardian has answered."""
    for position in range(1, count + 1):
        pupil = Participant(
            booking_id=booking.id, position=position, role=Role.PUPIL, identity_hash=str(position), uid=new_uid()
        )
        pupil.name = "覃小一"
        db.session.add(pupil)


def _letter(booking: Booking, kind: str, slug: str, language: str, /, **facts: Any) -> NewLetter:
    return NewLetter(
        key=f"booking:{booking.id}:{slug}",
        kind=kind,
        subject_id=subject_of(kind, booking),
        address="li.ming@school.example",
        language=language,
        due_at=WRITTEN_AT,
        facts={"reason": REASONS[language], "day": "2027-04-09", **FACTS.get(kind, {}), **facts},
    )


def subject_of(kind: str, booking: Booking) -> int:
    """What such a letter is about: the booking, an organiser's account, a link that was given to them, a trip of the
    school's own, what two cities do together, or a request for help in the host's city."""
    load = known_kinds()[kind].load
    if load is load_proposals:
        return make_change(booking).id
    if load is load_counterparts:
        return make_pair(booking, CounterpartState(FACTS[kind]["state"])).id
    if load is load_exchanges:
        return make_shared(booking).id
    if load is load_problems:
        return make_shared_problem(booking, ProblemState(FACTS[kind]["state"])).id
    if load is load_agreements:
        return agree_to_meet(booking).id
    if load in (load_meetings, load_invitations, load_actions):
        meeting = make_joint(booking, MeetingState(FACTS[kind]["state"]))
        return {load_invitations: meeting.invitations[0], load_actions: meeting.actions[0]}.get(load, meeting).id
    if load in (map_visits, map_follow_ups):
        visit = make_delegation(booking, VisitState(FACTS[kind]["state"]))
        return visit.id if load is map_visits else visit.follow_ups[0].id
    if load is load_event_invitations:
        return make_event(booking, FACTS[kind]["state"]).id
    if load is load_stories:
        return make_told(booking, StoryState(FACTS[kind]["state"])).id
    if load is load_photos:
        return make_shown(booking).id
    if load is load_inquiries:
        return make_inquiry(booking, InquiryState(FACTS[kind]["state"])).id
    if load is load_requests:
        return make_help_request(booking).id
    if load is load_links:
        return link_of(kind, organiser_of(booking)).id
    return organiser_of(booking).id if load is load_users else booking.id


def link_of(kind: str, owner: User) -> AccountLink:
    uid, purpose = "0" * 32, LINKS[kind]
    link = AccountLink(
        uid=uid,
        token_hash=token_hash(token_of(uid)),
        user_id=owner.id,
        purpose=purpose,
        made_at=WRITTEN_AT,
        ends_at=WRITTEN_AT + LINK_LENGTHS[purpose],
        email="new@school.example",
    )
    db.session.add(link)
    db.session.flush()
    return link


def read(kind: str, language: str, state: BookingState | None = None, /, **facts: Any) -> ReadableLetter:
    letter, _, _ = make_letter(kind, language, state, **facts)
    db.session.expire_all()
    return read_letter(letter, WRITTEN_AT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_words(site: Flask, kind: str, language: str) -> None:
    letter = read(kind, language)
    parts = [f"{letter.sender} → {letter.recipient}", letter.subject, "", letter.text]
    for attachment in letter.attachments:
        parts += [f"--- {attachment.filename} · {attachment.content_type} ---", attachment.content.decode()]
    written = "\n".join(parts).replace("\r\n", "\n")
    snapshot = SNAPSHOTS / f"{kind}.{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(written)
    assert written == snapshot.read_text()
    check_html(letter, language)


def test_every_snapshot_is_of_a_letter() -> None:
    kept = {path.name for path in SNAPSHOTS.glob("*.txt")}
    assert kept == {f"{kind}.{language}.txt" for kind in KINDS for language in LANGUAGES}


def test_every_kind_stands_in_the_table_of_the_docs() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "letters.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(KINDS)


class Page(HTMLParser):
    """The text of a page, its links, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang")
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag in ("img", "script", "link", "iframe", "style", "form"):
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "title" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def check_html(letter: ReadableLetter, language: str) -> None:
    """It says what the text says."""
    page = Page(letter.html)
    assert page.open == []
    assert page.loads == []
    assert page.language == language.replace("_", "-")
    shown = squeezed(page.text + "".join(page.links))
    missing = [fact for fact in facts(letter.text) if squeezed(fact) not in shown]
    assert missing == []


def facts(text: str) -> list[str]:
    """What the lines of a text say, without the names before it (the HTML has them in a column of their own)."""
    lines = [line.strip(" 【】[]•") for line in text.splitlines() if line.strip() and line != "--"]
    return [part for line in lines for part in re.split(r"： ?|: | · |^\d\d:\d\d ", line) if part]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in HELP_KINDS])
def test_what_people_wrote_cannot_become_markup(site: Flask, kind: str) -> None:
    with transaction():
        booking = make_group("en")
        prepare(booking, kind)
        booking.departure.package.title = Translated(en="<b>Bold</b> & <script>alert(1)</script>")
        booking.departure.package.organiser.name = booking.departure.package.title
        organiser_of(booking).name = "<b>Bold</b> & <script>"
        booking.contact_name = '<img src="https://elsewhere.example/x">'
        booking.departure.called_off_reason = Translated(en="<i>")
        write_letters([_letter(booking, kind, "the-letter", "en", reason="<i>")], WRITTEN_AT)
    letter = find_letter_by_key(f"booking:{booking.id}:the-letter")
    assert letter is not None
    readable = read_letter(letter, WRITTEN_AT)
    assert Page(readable.html).loads == []
    assert "<b>Bold</b> & <script>" in readable.subject + readable.text  # no HTML there: nothing is escaped


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_to_a_page(site: Flask, kind: str) -> None:
    links = [link for link in Page(read(kind, "en").html).links if not link.startswith("tel:")]
    client = site.test_client()
    for link in links:
        assert link.startswith(PUBLIC_URL + "/")
        answer: Any = client.get(link.removeprefix(PUBLIC_URL), base_url=PUBLIC_URL)
        assert answer.status_code in (200, 303)  # a page, or the way to sign in first


# ---------------------------------------------------------------------------------- what else a letter may have to say


def text(kind: str, state: BookingState | None = None, /, **facts: Any) -> str:
    return read(kind, "en", state, **facts).text


def test_a_list_that_ends_says_whether_an_offer_lapsed_or_no_seats_came_free(site: Flask) -> None:
    assert "no seats for the whole group" in text("booking_list_ended", until=None)


def test_an_offer_that_lapsed_says_until_when_it_stood(site: Flask) -> None:
    assert "until Thu 4 March 2027, 09:00 were not accepted in time" in text("booking_list_ended")


@pytest.mark.parametrize("kind", ["booking_called_off", "booking_declined", "booking_list_ended"])
def test_who_lost_a_date_is_shown_others_that_have_room(site: Flask, kind: str) -> None:
    letter, booking, other = make_letter(kind, "en")
    assert f"19–20 April 2027: {PUBLIC_URL}/departures/{other.id}\n" in read_letter(letter, WRITTEN_AT).text
    with transaction():
        booking.pupils = 58
    assert f"{PUBLIC_URL}/packages/huashan\n" in read_letter(letter, WRITTEN_AT).text


def test_a_group_that_only_waited_has_no_families_to_tell(site: Flask) -> None:
    letter, booking, _ = make_letter("booking_called_off", "en")
    assert "pass on these lines" in read_letter(letter, WRITTEN_AT).text
    with transaction():
        booking.submitted_at = None
    assert "pass on these lines" not in read_letter(letter, WRITTEN_AT).text


@pytest.mark.parametrize(
    ("approver", "words"),
    [
        ("school_head", "as the head of the school"),
        ("host", "The school waits for your decision"),
        ("education_bureau", "your education bureau"),
    ],
)
def test_each_approver_is_asked_in_their_own_words(site: Flask, approver: str, words: str) -> None:
    asked = read("approval_wanted", "en", approver=approver)
    assert words in asked.text
    assert asked.subject.startswith("To decide: ")
    assert "reminder" not in asked.text


def test_a_reminder_says_since_when_the_school_waits(site: Flask) -> None:
    reminder = read("approval_wanted", "en", times=1)
    assert reminder.subject.startswith("Reminder, to decide: ")
    assert "has been waiting for this decision since Mon 1 March 2027, 09:30" in reminder.text


@pytest.mark.parametrize("kind", ["booking_changed", "organiser_change"])
def test_seats_that_went_back_because_the_roster_was_due_are_explained(site: Flask, kind: str) -> None:
    letter, _, _ = make_letter(kind, "en", roster_was_due=True)
    assert "nobody was named for some of the seats" in read_letter(letter, WRITTEN_AT).text


def test_a_new_date_that_has_to_be_approved_says_so(site: Flask) -> None:
    moved = read("booking_moved", "en", BookingState.SUBMITTED)
    assert "has to be approved again" in moved.text
    assert "Decides now: The school's head" in moved.text
    assert 'method="CANCEL"' in moved.attachments[0].content_type


def test_the_host_hears_whether_a_move_waits_for_its_decision(site: Flask) -> None:
    letter, booking, _ = make_letter("organiser_move", "en", BookingState.SUBMITTED)
    assert "Others decide about the booking at the moment" in read_letter(letter, WRITTEN_AT).text
    with transaction():
        booking.awaiting = Approver.HOST
    assert "please approve or decline" in read_letter(letter, WRITTEN_AT).text


@pytest.mark.parametrize("kind", ["booking_rescheduled", "family_rescheduled"])
def test_another_meeting_point_alone_is_no_other_date(site: Flask, kind: str) -> None:
    same_days = {"starts_on": "2027-04-12", "ends_on": "2027-04-13", "meets_at": "2027-04-12T00:30:00+00:00"}
    other_point = read(kind, "en", former={**MET_EARLIER, **same_days})
    assert other_point.subject.startswith("Another time or place to meet: ")
    assert "Meeting point so far: Square before Ningming station" in other_point.text
    assert "Date so far" not in other_point.text


@pytest.mark.parametrize(
    ("kind", "state", "words", "files"),
    [
        ("booking_rescheduled", BookingState.CONFIRMED, "The attached calendar file replaces the earlier one.", 1),
        ("booking_rescheduled", BookingState.SUBMITTED, "The booking still has to be approved", 0),
        ("booking_rescheduled", BookingState.WAITING, "The group keeps its place on the waiting list.", 0),
        ("family_rescheduled", BookingState.SUBMITTED, "It is not certain yet that the group takes part.", 0),
        ("family_rescheduled", BookingState.WAITING, "It is not certain yet that the group takes part.", 0),
    ],
)
def test_another_meeting_says_how_certain_it_is(
    site: Flask, kind: str, state: BookingState, words: str, files: int
) -> None:
    letter = read(kind, "en", state)
    assert words in letter.text
    assert len(letter.attachments) == files


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("move", "Date wanted: 19–20 April 2027"),
        ("cancel", "can no longer do by itself: Cancellation."),
        ("roster", "Roster was due: Mon 5 April 2027, 18:00"),
    ],
)
def test_a_request_says_what_is_wanted(site: Flask, kind: str, words: str) -> None:
    assert words in text("organiser_request", kind=kind)


def test_a_refusal_says_so_with_the_hosts_words(site: Flask) -> None:
    refused = read("booking_request_answered", "en", kind="move", is_granted=False)
    assert refused.subject.startswith("The host does not agree: Move to another date, ")
    assert "The booking stays as it is." in refused.text
    assert f"The host writes: {REASONS['en']}" in refused.text


def test_leave_to_change_the_roster_says_until_when(site: Flask) -> None:
    letter, booking, _ = make_letter("booking_request_answered", "en", kind="roster")
    with transaction():
        booking.roster_open_until = OFFERED_UNTIL
    assert "You can change the roster until Thu 4 March 2027, 09:00." in read_letter(letter, WRITTEN_AT).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BookingState.WAITING, "The group is number 1 on the waiting list."),
        (BookingState.OFFERED, "kept until Thu 4 March 2027, 09:00: please accept them or turn them down"),
        (BookingState.CONFIRMED, "names 0 of 27 persons so far"),
    ],
)
def test_who_takes_a_group_over_hears_what_is_to_be_done(site: Flask, state: BookingState, words: str) -> None:
    assert words in text("booking_handed_over", state)


@pytest.mark.parametrize("kind", ["booking_confirmed", "family_reminder"])
def test_families_are_told_whom_to_call_and_leaders_need_not_be(site: Flask, kind: str) -> None:
    letter, booking, _ = make_letter(kind, "en")
    with transaction():
        booking.contact_phone = "13900001234"
    readable = read_letter(letter, WRITTEN_AT)
    assert ("13900001234" in readable.text) is ("tel:13900001234" in readable.html) is (kind == "family_reminder")
    assert "0771-5550000" in readable.text


def test_other_dates_are_offered_only_while_the_package_can_be_seen(site: Flask) -> None:
    letter, booking, _ = make_letter("reminder_afterwards", "en")
    assert f"{PUBLIC_URL}/packages/huashan" in read_letter(letter, WRITTEN_AT).text
    with transaction():
        booking.departure.package.publication = Publication.WITHDRAWN
    assert "/packages/" not in read_letter(letter, WRITTEN_AT).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_can_be_read_whatever_the_booking_has_become(site: Flask, kind: str) -> None:
    """Operators look at letters that were not sent because they are no longer true."""
    letter, booking, _ = make_letter(kind, "en")
    for state in BookingState:
        with transaction():
            booking.state = state
            booking.hold_ends_at = booking.awaiting = booking.awaiting_since = None
        assert read_letter(letter, WRITTEN_AT).subject
