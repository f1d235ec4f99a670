"""An HTTP server for tests: it keeps what it heard, and answers, falls silent or hangs up as a test wants it."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

RESET = struct.pack("ii", 1, 0)  # hangs up as a crash does
Answering = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


class HttpSink:
    """``answering`` is what happens to the requests to come, once they were read."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.heard: list[Heard] = []
        self.connections = 0
        self.hangs_up_at_once = False
        self.answering: Answering = answer(200)
        self.is_over = Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.hangs_up_at_once:
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                )  # a reset, as of a crash
            else:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                if heard := _read(connection):
                    self.heard.append(heard)
                    self.answering(connection)
        except OSError:
            pass  # the other side left
        finally:
            connection.close()

    def close(self) -> None:
        self.is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def falls_silent(self, connection: socket.socket) -> None:
        self.is_over.wait(30)


def _read(connection: socket.socket) -> Heard | None:
    """One whole request; None if the other side left before its end."""
    with connection.makefile("rb") as lines:
        method, target, _ = (lines.readline().decode("ascii") or "- - -").split()
        headers = {}
        while line := lines.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        body = lines.read(length)
    return Heard(method, target, headers, body) if method != "-" and len(body) == length else None


def answer(status: int, body: object = b"", **headers: str) -> Answering:
    """Say this; what is no bytes is said as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} So", f"Content-Length: {len(content)}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    whole = "\r\n".join([*head, "", ""]).encode() + content
    return lambda connection: connection.sendall(whole)


def late(answering: Answering) -> Answering:
    """The same after a while that nobody minds."""

    def take_a_while(connection: socket.socket) -> None:
        time.sleep(0.2)
        answering(connection)

    return take_a_while


def hang_up(connection: socket.socket) -> None:
    """The request was read, and nobody will know what became of it."""


def talk_without_end(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    while True:
        connection.sendall(b" " * 65536)


def drip(connection: socket.socket) -> None:
    """A yes, a byte whenever the other side is about to lose patience."""
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n{"errcode": 0,"result":{"code": 0}}'
    for at in range(len(whole)):
        connection.sendall(whole[at : at + 1])
        time.sleep(0.05)


@contextmanager
def running_http_sink(tls: ssl.SSLContext | None = None) -> Iterator[HttpSink]:
    sink = HttpSink(tls)
    Thread(target=sink.listen, daemon=True).start()
    try:
        yield sink
    finally:
        sink.close()
