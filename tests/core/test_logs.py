"""The log's one form."""

from __future__ import annotations

import logging

from exchange_app.core.logs import LogForm


def written(message: str, *values: object) -> str:
    record = logging.LogRecord("exchange_app.web", logging.INFO, "file", 1, message, values, None)
    record.created = 1_790_000_000.25
    record.msecs = 250
    return LogForm().format(record)


def test_an_entry_says_when_in_utc_how_grave_and_where() -> None:
    assert written("refused %s", 403) == "2026-09-21T14:13:20.250Z INFO exchange_app.web: refused 403"


def test_no_text_makes_an_entry_of_its_own_or_plays_with_the_terminal() -> None:
    text = written("%s", "x\n2026-09-21T14:13:20.250Z INFO exchange_app.web: all is well\r\x1b[31m\u2028y")
    assert [line[:4] for line in text.splitlines()] == ["2026", "    "]
    assert "\x1b" not in text
    assert "\\x1b" in text
