"""Visitors and leaders, as requests: what a browser would send."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

from tests.bench import city
from tests.bench.load import Connection


class Browser:
    """One visitor with cookies; signed in where an e-mail address is given."""

    def __init__(self, port: int, email: str | None = None) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.csrf_token = ""
        if email:
            self._open("/sign-in")
            form = {"email": email, "password": city.PASSWORD}
            status, _, _ = self.send(self.request("POST", "/sign-in", form))
            assert status == 303 or status == 302, f"sign-in answered {status}"
        self._open("/account" if email else "/")

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookies}\r\n"
        if form is None:
            return f"{head}\r\n".encode()
        body = urlencode({"csrf_token": self.csrf_token, **form}).encode()
        kind = "application/x-www-form-urlencoded"
        return f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer, over a connection of its own."""
        status, head, body = Connection(self.port).ask(request)
        for name, value in re.findall(rb"set-cookie: ([^=]+)=([^;]*)", head, re.IGNORECASE):
            self.cookies[name.decode()] = value.decode()
        if token := re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', body):
            self.csrf_token = token[1].decode()
        return status, head, body

    def _open(self, path: str) -> None:
        self.send(self.request("GET", path))


def registration_form(browser_number: int, persons: int) -> dict[str, str]:
    """A pasted roster; every tenth person is staff, at least one."""
    staff = max(1, persons // 10)
    people = [("学生", f"覃小{chr(0x5000 + n)}", "五年级2班", f"覃大{chr(0x5000 + n)}") for n in range(persons - staff)]
    people += [("带队教师", f"韦老{chr(0x5000 + n)}", "", "") for n in range(staff)]
    rows = ["身份\t姓名\t班级\t监护人\t监护人电话\t备用电话"]
    rows += [
        "\t".join(
            (*person, f"139{browser_number:04}{place:04}", f"138{browser_number:04}{place:04}" if person[2] else "")
        )
        for place, person in enumerate(people)
    ]
    return {
        "pupils": str(persons - staff),
        "staff": str(staff),
        "contact_name": "韦兰",
        "contact_email": "wei.lan@bench.example",
        "contact_phone": "13900001234",
        "roster_text": "\n".join(rows),
        "form_token": uuid4().hex,
        "register": "1",
    }


def registrations(browsers: list[Browser], departure_ids: list[int], persons: int) -> Callable[[int, int], bytes]:
    def request(client: int, number: int) -> bytes:
        target = departure_ids[(client * 7919 + number) % len(departure_ids)]
        return browsers[client].request("POST", f"/departures/{target}/register", registration_form(client, persons))

    return request
