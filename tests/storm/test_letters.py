"""Promise 3: of 10,000 letters each arrives, and exactly once, while everything breaks that carries them.

But for one window: what was at its last dot when something broke may have been accepted or not, and is shown to a
person. How many these can be is counted here, and how long the window is open is measured.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import ReminderAbout, ReminderReader
from exchange_app.catalogue.terms import Reminder
from exchange_app.core.clock import now
from exchange_app.core.database import change_rows, db
from exchange_app.core.transaction import transaction
from exchange_app.factory import create_app
from exchange_app.outbox import service as outbox
from exchange_app.outbox.models import ON_THE_WAY, Letter, LetterState, Outlet
from exchange_app.outbox.rendering import message_id
from exchange_app.outbox.service import NewLetter, write_letters
from launcher.processes import wait_until
from tests.builders import make_departure, make_package
from tests.settings import make_settings
from tests.storm.mail_server import GONE_AT_DOT, GONE_AT_RCPT
from tests.storm.post_office import Acceptance, PostOffice, let_time_pass
from tests.tasks.reminded import add_family, make_departure_at, make_held, make_package_at_midday, make_registered

LETTERS = 10_000
SEED = 20261125
GROUPS = 20  # whose families are reminded by the workers themselves
FAMILIES = LETTERS // 5 // GROUPS  # of each group
PORTIONS = 40  # in which the rest is written, each with a booking that is handed in
PORTION = LETTERS * 4 // 5 // PORTIONS
WRITTEN_AHEAD = LETTERS // 5
SEATS = 30 * PORTIONS
GONE_EVERY = 100  # one in so many is refused for good
LATEST = 5.0  # seconds after which the last letter of a portion is due
LAST_FAULT = 0.9  # of the letters are accepted by then: some wait for the end of a dead worker's lease
PATIENCE = 600.0
IS_COUNTED = Letter.kind != "booking_held"  # due later than the storm lasts, and not true by then

FAULTS = (
    *[PostOffice.kill_worker] * 5,
    *[PostOffice.kill_all_workers] * 2,
    *[PostOffice.kill_clock] * 1,
    *[PostOffice.empty_broker] * 2,
    *[PostOffice.lose_broker] * 2,
    *[PostOffice.cut_connections] * 4,
    *[PostOffice.crash_database] * 1,
    *[PostOffice.close_mail_server] * 2,
    *[PostOffice.hold_mail_server] * 2,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with PostOffice(tmp_path, SEED) as office:
        yield office


@pytest.fixture
def site(office: PostOffice) -> Iterator[Flask]:
    """The web's side: it writes letters and wakes the workers."""
    app = create_app(make_settings(**office.settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


# ----------------------------------------------------------------------------------------------------- what is written


def make_reminded_groups() -> None:
    """Groups that meet tomorrow; the workers' own look for reminders writes to their families."""
    moment = now()
    with transaction():
        package = make_package_at_midday(moment, Reminder(ReminderAbout.TRIP, 1, ReminderReader.FAMILIES, hour=9))
        for group in range(GROUPS):
            departure = make_departure_at(package, moment + timedelta(days=1), moment)
            booking = make_registered(departure, f"group{group}@storm.example", moment)
            for family in range(FAMILIES):
                add_family(booking, f"family{family}-{group}@storm.example", moment)


def make_holds() -> list[int]:
    """Bookings that are handed in during the storm."""
    moment = now()
    with transaction():
        departure = make_departure(make_package(slot_capacity=SEATS), capacity=SEATS, now=moment)
        return [make_held(departure, f"leader{number}@storm.example", moment).id for number in range(PORTIONS)]


def hand_in(booking_id: int, chance: random.Random) -> None:
    """One group is confirmed, and many more hear of it; some of them in a few seconds only."""
    moment = now()
    with transaction():
        booking = db.session.get_one(Booking, booking_id)
        bookings.submit_booking(booking, by=booking.leader, now=moment)
        write_letters([more(booking, number, moment, chance) for number in range(1, PORTION)], moment)


def more(booking: Booking, number: int, moment: datetime, chance: random.Random) -> NewLetter:
    later = chance.uniform(0, LATEST) if number % 10 == 0 else 0
    return NewLetter(
        key=f"more:{booking.id}:{number}",
        kind="booking_confirmed",
        subject_id=booking.id,
        address=f"{prefix(number)}{number}-{booking.id}@storm.example",
        language="en",
        due_at=moment + timedelta(seconds=later),
    )


def prefix(number: int) -> str:
    """Some addresses do not exist; the server says so as soon as it hears them, or once it has the letter."""
    return {1: GONE_AT_RCPT, 2: GONE_AT_DOT}.get(number % (2 * GONE_EVERY), "")


# ------------------------------------------------------------------------------------------------------------ the storm


def let_loose(office: PostOffice, holds: Sequence[int], chance: random.Random) -> None:
    """Faults come by how far the letters are, so that a slow machine has them all as well."""
    waiting = list(holds)
    moments = sorted(chance.uniform(0, LAST_FAULT * LETTERS) for _ in FAULTS)
    to_come = list(zip(moments, chance.sample(FAULTS, len(FAULTS)), strict=True))
    give_up = time.monotonic() + PATIENCE
    while waiting or to_come:
        assert time.monotonic() < give_up, to_come
        accepted = office.count_acceptances()
        if waiting and accepted > (len(holds) - len(waiting)) * PORTION - WRITTEN_AHEAD:
            hand_in(waiting.pop(0), chance)
        if to_come and accepted >= to_come[0][0]:
            office.check_all_run()
            to_come.pop(0)[1](office)
        let_rests_pass()
        time.sleep(chance.uniform(0, 0.2))


def let_rests_pass() -> None:
    """A minute is nothing to wait for: what waits for the mail server, or was refused for now, is due again."""
    moment = now()
    let_time_pass(Letter.state == LetterState.PENDING, Letter.due_at <= moment, Letter.next_look_at > moment)
    with transaction():
        change_rows(update(Outlet).values(rests_until=None))


def let_all_go_out() -> None:
    def is_done() -> bool:
        let_rests_pass()
        return not db.session.scalar(select(func.count()).select_from(Letter).where(ON_THE_WAY, IS_COUNTED))

    assert wait_until(is_done, PATIENCE)


# --------------------------------------------------------------------------------------------- what has become of it


def all_letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(IS_COUNTED).execution_options(populate_existing=True)))


def is_gone(letter: Letter) -> bool:
    return (letter.address or "").startswith((GONE_AT_RCPT, GONE_AT_DOT))


def check_once(office: PostOffice) -> dict[str, Acceptance]:
    """The mail server's book, by letter; nobody stands in it twice."""
    acceptances = office.acceptances()
    twice = Counter(acceptance.message_id for acceptance in acceptances)
    assert [each for each, times in twice.items() if times > 1] == []
    assert len({acceptance.recipient for acceptance in acceptances}) == len(acceptances)
    return {acceptance.message_id: acceptance for acceptance in acceptances}


def check_known(letters: Sequence[Letter], accepted: dict[str, Acceptance]) -> None:
    """What the rows say is what the server's book says, but for what is in doubt."""
    for letter in letters:
        acceptance = accepted.get(message_id(letter))
        assert acceptance is None or acceptance.recipient == letter.address
        if letter.state is not LetterState.DOUBTFUL:
            assert (letter.state is LetterState.SENT) == (acceptance is not None), letter.last_problem
            assert (letter.state is LetterState.FAILED) == is_gone(letter), letter.last_problem


def settle_doubts(letters: Sequence[Letter], accepted: dict[str, Acceptance]) -> None:
    """As a person does who looks into the server's book."""
    with transaction():
        for letter in letters:
            settle = outbox.note_arrival if message_id(letter) in accepted else outbox.send_again
            settle(letter.id, now())


def windows(letters: Sequence[Letter], accepted: dict[str, Acceptance]) -> list[float]:
    """How many seconds after its acceptance the commit came that marks a letter, the shortest first."""
    rows = db.session.execute(text("SELECT id, pg_xact_commit_timestamp(xmin) FROM letters WHERE state = 'sent'"))
    marked_at: dict[int, datetime] = dict(rows.all())
    sent = [letter for letter in letters if letter.state is LetterState.SENT]
    return sorted(marked_at[letter.id].timestamp() - accepted[message_id(letter)].at for letter in sent)


def test_letters_in_a_storm(office: PostOffice, site: Flask) -> None:
    began = time.monotonic()
    chance = random.Random(SEED)
    make_reminded_groups()
    let_loose(office, make_holds(), chance)
    office.check_all_run()
    office.calm_down()
    let_all_go_out()

    letters, accepted = all_letters(), check_once(office)
    assert len(letters) == LETTERS + GROUPS
    check_known(letters, accepted)
    doubtful = [letter for letter in letters if letter.state is LetterState.DOUBTFUL]
    assert len(doubtful) <= office.may_be_in_doubt + office.count_unanswered()
    window = windows(letters, accepted)
    why = Counter((letter.last_problem, message_id(letter) in accepted) for letter in doubtful)

    settle_doubts(doubtful, accepted)
    let_all_go_out()
    letters = all_letters()
    check_known(letters, check_once(office))
    assert {letter.state for letter in letters} == {LetterState.SENT, LetterState.FAILED}
    assert "@storm.example" not in (office.folder / "worker.log").read_text()

    print(f"\n{len(letters)} letters, {len(FAULTS)} faults, {time.monotonic() - began:.0f} s")
    print(f"in doubt: {len(doubtful)} of at most {office.may_be_in_doubt} + {office.count_unanswered()}")
    for (problem, was_accepted), count in why.most_common():
        print(f"  {count:3} {'accepted' if was_accepted else 'not accepted'}: {problem}")
    hundredth, median, last = (window[int(part * (len(window) - 1))] * 1000 for part in (0.99, 0.5, 1))
    print(f"from accepted to marked: median {median:.1f} ms, 99 % within {hundredth:.1f} ms, longest {last:.0f} ms")
