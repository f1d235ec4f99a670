"""A mail server that accepts everything and costs little, as a process: `python -m tests.bench.sink PORT SPOOL`.

It does what a real one must: it greets, keeps the order of commands (also of those that come in one packet, RFC 2920),
takes the dots off, and has a message in its spool before it says so. One connection has one message at a time.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesHeaderParser
from pathlib import Path

from launcher import processes
from launcher.settings import ROOT

STARTING = 20.0
END = b"\r\n.\r\n"
BETWEEN = b"\0\n"  # no message holds it
EXTENSIONS = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
DOT_MORE = re.compile(rb"^\.", re.MULTILINE)


class Conversation(asyncio.Protocol):
    """``stage`` is what has been accepted of the present message."""

    def __init__(self, spool: int) -> None:
        self._spool = spool
        self._received = bytearray()
        self._stage = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._received += data
        answers = b"".join(self._answers())
        if answers:
            self._transport.write(answers)

    def _answers(self) -> Iterator[bytes]:
        while True:
            end = END if self._stage == "DATA" else b"\r\n"
            length = self._received.find(end)
            if length < 0:
                return
            line = bytes(self._received[:length])
            del self._received[: length + len(end)]
            yield self._keep(line) if self._stage == "DATA" else self._answer(line)

    def _keep(self, message: bytes) -> bytes:
        self._stage = ""
        os.write(self._spool, DOT_MORE.sub(b"", message) + BETWEEN)
        return b"250 2.0.0 kept\r\n"

    def _answer(self, line: bytes) -> bytes:
        match line[:4].upper(), self._stage:
            case b"MAIL", "":
                self._stage = "MAIL"
                return b"250 2.1.0 sender\r\n"
            case b"RCPT", "MAIL" | "RCPT":
                self._stage = "RCPT"
                return b"250 2.1.5 recipient\r\n"
            case b"DATA", "RCPT":
                self._stage = "DATA"
                return b"354 go on\r\n"
            case b"EHLO", _:
                return EXTENSIONS
            case b"RSET", _:
                self._stage = ""
                return b"250 2.0.0 forgotten\r\n"
            case b"QUIT", _:
                self._transport.write(b"221 2.0.0 bye\r\n")
                self._transport.close()
                return b""
            case _:
                return b"503 5.5.1 not now\r\n"


async def serve(port: int, spool: Path) -> None:
    file = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(file), "127.0.0.1", port)
    await server.serve_forever()


class Sink:
    def __init__(self, port: int, spool: Path) -> None:
        self.port = port
        self._spool = spool

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def messages(self) -> list[bytes]:
        """All that were accepted."""
        return self._spool.read_bytes().split(BETWEEN)[:-1]

    def message_ids(self) -> list[str]:
        return [BytesHeaderParser().parsebytes(message)["Message-ID"] for message in self.messages()]


@contextmanager
def running_sink(folder: Path) -> Iterator[Sink]:
    sink = Sink(processes.free_port(), folder / "spool")
    log = folder / "sink.log"
    command = [sys.executable, "-m", "tests.bench.sink", str(sink.port), str(folder / "spool")]
    process = processes.start(command, log=log, folder=ROOT)
    try:
        assert processes.wait_until(lambda: not processes.port_is_free(sink.port), STARTING), log.read_text()
        yield sink
    finally:
        processes.stop([process], 5)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
