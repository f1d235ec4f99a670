"""A quick mail server that misbehaves by chance: `python -m tests.storm.mail_server PORT BOOK SEED`.

What it accepts stands in its book before it says so, one line each (when, to whom, Message-ID); a letter that it leaves
without an answer to the last dot is a line too. So the book is right even where the server is killed. Whoever is called
`gone-…` is refused for good. Without a seed it is kind to everybody else.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
import time
from collections.abc import Callable

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
LAST_DOT = b"\r\n.\r\n"
SILENCE_BEFORE, SILENCE_AFTER = 20.0, 2.0  # seconds: longer than the workers wait; and after the dot a broken line
UNANSWERED = "-"
GONE_AT_RCPT, GONE_AT_DOT = "gone-rcpt-", "gone-dot-"

# How often in a thousand letters it does what; the rest is answered as it should be.
AT_RCPT = {"451 4.7.1 later": 6, "421 4.3.2 closing": 1, "hang up": 1, "silence": 0.3}
AT_DOT = {"451 4.3.0 later": 6, "421 4.3.2 closing": 1, "hang up": 1, "accept and hang up": 1, "silence": 0.5}


class Mood:
    """What to do with a letter; bad by chance if there is a seed."""

    def __init__(self, seed: str | None) -> None:
        self._chance = random.Random(seed) if seed else None

    def at(self, per_mille: dict[str, float]) -> str:
        if self._chance is None:
            return "250 OK"
        [deed] = self._chance.choices([*per_mille, "250 OK"], [*per_mille.values(), 1000 - sum(per_mille.values())])
        return deed


class Conversation(asyncio.Protocol):
    def __init__(self, mood: Mood, book: int) -> None:
        self._mood, self._book = mood, book
        self._heard = b""
        self._is_message = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        self._say("220 ready")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while not self._line.is_closing() and (end := LAST_DOT if self._is_message else b"\r\n") in self._heard:
            heard, _, self._heard = self._heard.partition(end)
            if self._is_message:
                self._is_message = False
                self._take(heard)
            else:
                self._obey(heard.decode("ascii"))

    def _obey(self, command: str) -> None:
        verb = command[:4].upper()
        if verb == "RCPT":
            self._recipient = command.partition("<")[2].partition(">")[0]
            is_gone = self._recipient.startswith(GONE_AT_RCPT)
            self._answer("550 5.1.1 no such mailbox" if is_gone else self._mood.at(AT_RCPT), SILENCE_BEFORE)
        elif verb == "DATA":
            self._is_message = True
            self._say("354 go on")
        else:
            self._say("221 bye" if verb == "QUIT" else "250 OK")
            if verb == "QUIT":
                self._line.close()

    def _take(self, message: bytes) -> None:
        found = MESSAGE_ID.search(message)
        assert found is not None
        is_gone = self._recipient.startswith(GONE_AT_DOT)
        deed = "554 5.7.1 not wanted" if is_gone else self._mood.at(AT_DOT)
        if deed in ("250 OK", "accept and hang up"):
            self._note(f"{time.time()} {self._recipient} {found[1].decode('ascii')}")
        if deed in ("hang up", "accept and hang up", "silence"):
            self._note(UNANSWERED)
        self._answer(deed, SILENCE_AFTER)

    def _answer(self, deed: str, silence: float) -> None:
        if deed == "silence":
            asyncio.get_running_loop().call_later(silence, self._line.abort)
        elif deed.endswith("hang up"):
            self._line.abort()
        else:
            self._say(deed)
            if deed.startswith("421"):
                self._line.close()

    def _say(self, words: str) -> None:
        self._line.write(f"{words}\r\n".encode())

    def _note(self, line: str) -> None:
        os.write(self._book, f"{line}\n".encode())


async def serve(port: int, conversation: Callable[[], Conversation]) -> None:
    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", port)
    await server.serve_forever()


def main(port: str, path: str, seed: str | None = None) -> None:
    book = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    mood = Mood(seed)
    asyncio.run(serve(int(port), lambda: Conversation(mood, book)))


if __name__ == "__main__":
    main(*sys.argv[1:])
