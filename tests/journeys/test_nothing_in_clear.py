"""After the whole journey no document number, health note or phone number stands anywhere in clear: not in the
database, in no log of any process, not with the broker, not in a backup.

Everything is real: server, worker and broker are processes of their own that write down all they can (DEBUG), and what
is left behind is searched as bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from flask import Flask
from redis import Redis
from sqlalchemy import select, text

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import hash_password
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.partners.models import OrganisationKind
from exchange_app.rosters.models import Participant
from launcher import processes
from launcher.postgres import Postgres
from launcher.valkey import Valkey
from tests.builders import make_city, make_departure, make_organisation, make_package, make_user
from tests.journeys.traces import files_below, found_in
from tests.outbox.mail_sink import MailSink, running_sink
from tests.pages import form_of
from tests.rosters.sheet import HEADINGS, pasted, pupil, teacher
from tests.tasks.workers import begin, is_ready

PASSWORD = "a-long-road-to-the-zuo-river"
PATIENCE = 60.0  # seconds
DOCUMENTS = {"459900201303150017": "居民身份证", "E77342915": "护照"}
MISTYPED_DOCUMENT = "459900201303150018"
NOTES = ("紫薯过敏须备药", "Qvamstrand-allergy")
GUARDIANS = ("13977712301", "13977712302", "13977712303")
SECOND_PHONES = ("18877712311", "18877712312", "18877712313")
MISTYPED_PHONE = "1397771230499"
STAFF_PHONE, LEADERS_PHONE, CONTACTS_PHONE = "15177712321", "15577712322", "15377712323"
IN_FREE_WORDS = "13677712331"
PHONES = (*GUARDIANS, *SECOND_PHONES, MISTYPED_PHONE, STAFF_PHONE, LEADERS_PHONE, CONTACTS_PHONE, IN_FREE_WORDS)
PLANTED = (*DOCUMENTS, MISTYPED_DOCUMENT, *NOTES, *PHONES)
COLUMNS = (*HEADINGS, "证件类型", "证件号码", "健康备注")
ASKS = [
    {"field": name, "reason": {"en": "For the train", "zh_Hans": "购买车票"}}
    for name in ("document_type", "document_number", "health_note")
]


class Reader:
    """Somebody with a browser, over HTTP."""

    def __init__(self, port: int, email: str = "") -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.headers["Accept-Language"] = "en"
        if email:
            assert "/sign-in" not in self.send("/sign-in", "/sign-in", email=email, password=PASSWORD).url

    def get(self, path: str) -> requests.Response:
        return self._session.get(f"{self._site}{path}")

    def send(self, page: str, action: str = "", files: Any = None, **typed: Any) -> requests.Response:
        """Fill in the page's form, as a browser would, and send it."""
        return self.fill_in(self.get(page).text, action, page, files, **typed)

    def fill_in(self, html: str, action: str, page: str, files: Any = None, **typed: Any) -> requests.Response:
        fields = {**form_of(html, action), **typed}
        return self._session.post(f"{self._site}{action or page}", data=fields, files=files)


class Place:
    """Web server and worker at work, with logs that tell everything."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = processes.free_port()
        self.logs = folder / "logs"
        self.logs.mkdir()
        settings |= {"LOG_LEVEL": "DEBUG", "PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        listen = ("--host", "127.0.0.1", "--port", str(self.port))
        web = ("granian", "wsgi:app", "--interface", "wsgi", "--blocking-threads", "4", "--log-level", "debug")
        self.processes = [
            begin((*web, *listen, "--access-log"), self.logs / "web.log", **settings),
            begin(
                ("celery", "--app", "tasks.app", "worker", "--loglevel", "debug"), self.logs / "worker.log", **settings
            ),
        ]

    def wait(self) -> None:
        assert processes.wait_until(self._answers, PATIENCE), (self.logs / "web.log").read_text()
        assert processes.wait_until(lambda: is_ready(self.logs / "worker.log"), PATIENCE)

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "valkey", "a-word-for-the-broker") as valkey:
        yield valkey


@pytest.fixture
def place(app: Flask, database_url: str, broker: Valkey, sink: MailSink, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        place = Place(tmp_path, DATABASE_URL=database_url, REDIS_URL=broker.url, SMTP_URL=sink.url)
        stack.callback(processes.stop, place.processes, 10)
        place.wait()
        yield place


@pytest.fixture
def departure(app: Flask) -> Departure:
    """Soon, confirmed by the host, with everything asked that may be asked."""
    with transaction():
        package = make_package(days=2, approvals=["host"], asks=ASKS)
        return make_departure(package, now=now())


@pytest.fixture
def people(departure: Departure) -> dict[Role, User]:
    with transaction():
        school = make_organisation(make_city(), OrganisationKind.SCHOOL)
        hashed = hash_password(PASSWORD)
        users = {
            Role.LEADER: make_user(school, Role.LEADER, password_hash=hashed),
            Role.ORGANISER: make_user(departure.package.organiser, Role.ORGANISER, password_hash=hashed),
        }
        users[Role.LEADER].phone = LEADERS_PHONE
        return users


def test_what_is_planted_is_found_however_it_is_written() -> None:
    """The search itself; else the journey would prove nothing."""
    word, note = next(iter(DOCUMENTS)), NOTES[0]
    written = {
        "plain": f"x{word}y".encode(),
        "wide": f"x{note}y".encode("utf-16-le"),
        "coded": base64.b64encode(f"ab{note}cdefg".encode()),
        "hex": f"\\x{word.encode().hex()}".encode(),
        "apart": b"459900 2013-0315 0017",
        "json": b'"\\u7d2b\\u85af\\u8fc7\\u654f\\u987b\\u5907\\u836f"',
        "clean": b"459900201303150016",
    }
    assert {place for place, _, _ in found_in((word, note), written)} == set(written) - {"clean"}


def test_the_whole_journey_leaves_nothing_in_clear(
    app: Flask,
    place: Place,
    departure: Departure,
    people: dict[Role, User],
    broker: Valkey,
    sink: MailSink,
    database_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    leader = Reader(place.port, people[Role.LEADER].email)
    code = register(leader, departure)
    confirm(Reader(place.port, people[Role.ORGANISER].email), code)
    hand_in(leader, code)
    consent(leader, place.port, code)
    look_up_and_report(leader, code)
    check_as_family(place.port, code)
    break_something(leader, code)
    wait_for_letters()

    assert app.test_cli_runner().invoke(args=["backup", "create", str(tmp_path / "all.backup")]).exit_code == 0
    with Redis.from_url(broker.url) as redis:
        redis.save()
    processes.stop(place.processes, 10)
    left = {
        **files_below(place.logs, broker.folder),
        "backup": (tmp_path / "all.backup").read_bytes(),
        **database_content(database_url, request),
    }
    assert b"fault " in left[str(place.logs / "web.log")]
    assert b"DEBUG" in left[str(place.logs / "worker.log")]
    assert found_in(PLANTED, left) == []
    letters = {str(number): message.as_bytes() for number, message in enumerate(sink.accepted)}
    assert len(letters) > 3
    in_letters = set(PLANTED) - {LEADERS_PHONE, CONTACTS_PHONE}  # families and hosts are told whom to call
    assert found_in(in_letters, {**letters, **{f"{n} read": words_of(m) for n, m in enumerate(sink.accepted)}}) == []


def register(leader: Reader, departure: Departure) -> str:
    """With a mistake first, so that an error page shows it too."""
    page = f"/departures/{departure.id}/register"
    typed = {"contact_name": "Wei Lan", "contact_email": "wei@test.example", "contact_phone": CONTACTS_PHONE}
    wrong = leader.send(page, pupils="3", staff="0", hold="yes", **typed | {"contact_phone": MISTYPED_PHONE})
    assert wrong.status_code == 422
    made = leader.send(page, pupils="3", staff="1", register="yes", **typed)
    return made.url.rpartition("/")[2]


def confirm(host: Reader, code: str) -> None:
    assert host.send(f"/bookings/{code}", f"/bookings/{code}/confirm", comment="Welcome").status_code == 200


def hand_in(leader: Reader, code: str) -> None:
    """A roster with two pupils as they should be and one with a mistyped phone and document, mended afterwards."""
    roster = f"/bookings/{code}/roster"
    numbers = list(DOCUMENTS)
    rows = [
        (*_child(0), DOCUMENTS[numbers[0]], numbers[0], NOTES[0]),
        (*_child(1), DOCUMENTS[numbers[1]], numbers[1], NOTES[1]),
        (*pupil(3, guardian_phone=MISTYPED_PHONE), "居民身份证", MISTYPED_DOCUMENT, NOTES[0]),
        (*teacher(1)[:4], STAFF_PHONE, "", "", "", ""),
    ]
    taken = leader.send(roster, roster, roster_text=pasted(rows, COLUMNS))
    assert taken.status_code == 200
    assert db.session.query(Participant).count() >= 2, taken.text
    db.session.rollback()
    page = leader.get(roster).text
    mend = re.search(rf'action="({roster}/rows/(\d+))"', page)
    assert mend is not None
    mended = {f"row{mend[2]}-guardian_phone": GUARDIANS[2], f"row{mend[2]}-second_phone": SECOND_PHONES[2]}
    leader.fill_in(page, mend[1], roster, **mended)
    leader.send(f"{roster}/add", "", name="覃小七", guardian_phone=MISTYPED_PHONE, health_note=NOTES[1])


def _child(number: int) -> tuple[str, ...]:
    return pupil(number + 1, guardian_phone=GUARDIANS[number], second_phone=SECOND_PHONES[number])


def consent(leader: Reader, port: int, code: str) -> None:
    child = db.session.scalars(
        select(Participant.id).where(Participant.role == "pupil").order_by(Participant.id)
    ).first()
    db.session.rollback()
    board = leader.get(f"/bookings/{code}/consents").text
    made = leader.fill_in(board, f"/bookings/{code}/consents/{child}/link", f"/bookings/{code}/consents/{child}/link")
    link = re.search(r"http://[^/\"]+(/c/[\w-]+)", made.text)
    assert link is not None, made.text
    guardian = Reader(port)
    page = guardian.get(link[1]).text
    choices = dict(re.findall(r'type="radio" name="([^"]+)" value="(yes)"', page))
    assert choices, page
    name = f"覃大一 {GUARDIANS[0]}"  # whoever mistakes the field for another
    assert guardian.fill_in(page, link[1], link[1], name=name, **choices).status_code < 500


def look_up_and_report(leader: Reader, code: str) -> None:
    sheet = leader.send(f"/bookings/{code}/emergency", "", purpose="A call to the parents", with_health="y")
    assert GUARDIANS[0] in sheet.text
    assert NOTES[0] in sheet.text
    report = f"/bookings/{code}/incidents/new"
    earlier = f"{now() + timedelta(hours=7):%Y-%m-%dT%H:%M}"
    words = f"A rash ({NOTES[0]}); the mother is called at {IN_FREE_WORDS}"
    told = leader.send(report, "", happened_at=earlier, place="The gate", concerned="1", words=words)
    assert "/incidents/" in told.url
    assert not told.url.endswith("/new"), told.text


def check_as_family(port: int, code: str) -> None:
    family = Reader(port)
    assert family.send("/check", code=code, digits="0000").status_code == 422
    page = family.send("/check", code=code, digits=GUARDIANS[0][-4:])
    assert page.url.endswith("/check/booking")
    assert family.fill_in(page.text, "/check/booking/letters", "/check/booking", email=GUARDIANS[0]).status_code < 500


def break_something(leader: Reader, code: str) -> None:
    """Nobody expects that a table is gone: a fault, with everything that was typed at hand."""
    page = leader.get(f"/bookings/{code}/roster/add").text
    child = _child(2)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE participants RENAME TO participants_away"))
    try:
        typed = {"name": "覃小八", "class_name": child[2], "guardian_name": child[3], "guardian_phone": GUARDIANS[2]}
        typed |= {"second_phone": SECOND_PHONES[2], "document_number": next(iter(DOCUMENTS)), "health_note": NOTES[0]}
        broken = leader.fill_in(page, "", f"/bookings/{code}/roster/add", **typed)
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE participants_away RENAME TO participants"))
    assert broken.status_code == 500
    assert "Reference:" in unescape(broken.text)


def wait_for_letters() -> None:
    def are_out() -> bool:
        db.session.rollback()
        due = Letter.due_at <= now(), Letter.state.not_in((LetterState.SENT, LetterState.SKIPPED))
        return db.session.query(Letter).where(*due).count() == 0

    assert processes.wait_until(are_out, PATIENCE)


def database_content(url: str, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """As it lies on the disk, and of PostgreSQL, which packs long values, every value as well, and what it logs."""
    if url.startswith("sqlite"):
        db.session.remove()
        path = Path(url.removeprefix("sqlite:///"))
        return {end: Path(f"{path}{end}").read_bytes() for end in ("", "-wal", "-shm") if Path(f"{path}{end}").exists()}
    server: Postgres = request.getfixturevalue("postgres_server")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        values = {
            f"table {table}": b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in connection.execute(f'SELECT * FROM "{table}"').fetchall()
                for value in row
            )
            for (table,) in tables
        }
        folder = connection.execute("SELECT pg_relation_filepath('participants')").fetchone()
    assert folder is not None
    return {**values, "log": server.log.read_bytes(), **files_below((server.data / folder[0]).parent)}


def words_of(message: Any) -> bytes:
    return b"\n".join(part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart())
