"""`make bench`: the departure page, a list of 200 departures, and registering a group of 30, at concurrency 8."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from sqlalchemy import event

from exchange_app.core import clock
from exchange_app.core.database import db
from exchange_app.departures.seats import audit
from exchange_app.factory import create_app
from launcher import processes
from launcher.postgres import Postgres
from launcher.run import WEB
from launcher.valkey import Valkey
from tests.bench import city
from tests.bench.load import Connection, Figures, run
from tests.conftest import migrate
from tests.settings import environment

CLIENTS = 8
GROUP = [("学生", f"覃小{chr(0x5000 + number)}", "五年级2班", f"覃大{chr(0x5000 + number)}") for number in range(27)]
STAFF = [("带队教师", f"韦老{chr(0x5000 + number)}", "", "") for number in range(3)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="how long each figure is taken")
    seconds = options.parse_args().seconds
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(Path(folder) / "postgres") as postgres,
        Valkey(Path(folder) / "valkey", "benchmark-password") as valkey,
    ):
        url = postgres.create_database("bench")
        migrate(url)
        measure(Path(folder), {"DATABASE_URL": url, "REDIS_URL": valkey.url}, seconds)


def measure(folder: Path, engines: dict[str, str], seconds: float) -> None:
    port = processes.free_port()
    settings = environment(**engines, PUBLIC_URL=f"http://127.0.0.1:{port}", DATA_DIR=str(folder))
    app = create_app_for(settings)
    with app.app_context():
        departures, leaders = city.build(clock.now(), CLIENTS)
        departure_ids = [departure.id for departure in departures]
        emails = [leader.email for leader in leaders]
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
    command = [sys.executable, "-m", *WEB, "--host", "127.0.0.1", "--port", str(port)]
    server = processes.start(command, log=folder / "web.log", environment={**os.environ, **settings})
    try:
        processes.wait_until(lambda: answers(port), 30)
        browsers = [Browser(port, email) for email in emails]
        visitor = Browser(port)
        report("departure page", run_pages(port, visitor, f"/departures/{departure_ids[0]}", seconds), 400)
        report("list of 200 departures", run_pages(port, visitor, "/departures?size=200", seconds), 300)
        for label, targets in (("one departure", departure_ids[:1]), ("50 departures", departure_ids[:50])):
            figures = run(port, registrations(browsers, targets), clients=CLIENTS, seconds=seconds)
            report(f"register a group of 30, {label}", figures, 120)
    finally:
        processes.stop([server], 5)
    with app.app_context():
        print(f"seats: {len(audit())} differences between what is taken and what is claimed")
        count_statements(app, emails[0], departure_ids[0])


def create_app_for(settings: dict[str, str]) -> Flask:
    os.environ.update(settings)
    from config import load_settings

    return create_app(load_settings())


def answers(port: int) -> bool:
    try:
        return Connection(port).ask(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")[0] == 200
    except OSError:
        return False


class Browser:
    """One visitor with cookies; signed in where an e-mail address is given."""

    def __init__(self, port: int, email: str | None = None) -> None:
        self.port = port
        self.cookie = ""
        self.csrf_token = ""
        if email:
            self._open("/sign-in")
            form = {"email": email, "password": city.PASSWORD}
            status = self._send(self.request("POST", "/sign-in", form))
            assert status == 303 or status == 302, f"sign-in answered {status}"
        self._open("/account" if email else "/")

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
        if form is None:
            return f"{head}\r\n".encode()
        body = urlencode({"csrf_token": self.csrf_token, **form}).encode()
        kind = "application/x-www-form-urlencoded"
        return f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def _open(self, path: str) -> None:
        self._send(self.request("GET", path))

    def _send(self, request: bytes) -> int:
        status, head, body = Connection(self.port).ask(request)
        if cookie := re.search(rb"set-cookie: ([^;]+)", head, re.IGNORECASE):
            self.cookie = cookie[1].decode()
        if token := re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', body):
            self.csrf_token = token[1].decode()
        return status


def run_pages(port: int, visitor: Browser, path: str, seconds: float) -> Figures:
    request = visitor.request("GET", path)
    return run(port, lambda _client, _number: request, clients=CLIENTS, seconds=seconds)


def registration_form(browser_number: int, number: int) -> dict[str, str]:
    rows = ["身份\t姓名\t班级\t监护人\t监护人电话\t备用电话"]
    rows += [
        "\t".join(
            (*person, f"139{browser_number:04}{place:04}", f"138{browser_number:04}{place:04}" if person[2] else "")
        )
        for place, person in enumerate(GROUP + STAFF)
    ]
    return {
        "pupils": str(len(GROUP)),
        "staff": str(len(STAFF)),
        "contact_name": "韦兰",
        "contact_email": "wei.lan@bench.example",
        "contact_phone": "13900001234",
        "roster_text": "\n".join(rows),
        "form_token": uuid4().hex,
        "register": "1",
    }


def registrations(browsers: list[Browser], departure_ids: list[int]) -> object:
    def request(client: int, number: int) -> bytes:
        target = departure_ids[(client * 7919 + number) % len(departure_ids)]
        return browsers[client].request("POST", f"/departures/{target}/register", registration_form(client, number))

    return request


def report(what: str, figures: Figures, to_reach: int) -> None:
    statuses = ", ".join(f"{count} x {status}" for status, count in sorted(figures.statuses.items()))
    print(
        f"{what}: {figures.per_second:.0f} /s (to reach: {to_reach}); "
        f"median {figures.percentile(0.5) * 1000:.0f} ms, "
        f"95 % within {figures.percentile(0.95) * 1000:.0f} ms; {statuses}"
    )


def count_statements(app: Flask, email: str, departure_id: int) -> None:
    """In this process, because the server's own cannot be asked."""
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": email, "password": city.PASSWORD})
    for what, path, form in (
        ("departure page", f"/departures/{departure_id}", None),
        ("list of 200 departures", "/departures?size=200", None),
        ("register a group of 30", f"/departures/{departure_id}/register", registration_form(0, 0)),
    ):
        statements.clear()
        response = client.post(path, data=form) if form else client.get(path)
        print(f"{what}: {len(statements)} SQL statements (status {response.status_code})")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"measured in {time.monotonic() - began:.0f} s")
