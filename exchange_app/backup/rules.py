"""What a backup says about itself, and how the values of a row are written down, whichever engine they come from."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, Column, Date, DateTime, LargeBinary, Table, Time

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """``rows`` are counted by table, in the order in which tables are filled. ``sealed`` opens only with the FIELD_KEYS
    of the installation, ``fingerprint`` is equal only with its INDEX_KEY."""

    format: int
    revision: str
    made_at: str
    rows: Mapping[str, int]
    sealed: str
    fingerprint: str

    def line(self) -> bytes:
        return as_line(asdict(self))


def as_line(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def is_json(column: Column[Any]) -> bool:
    return isinstance(_plain_type(column), JSON)


def writers_of(table: Table) -> Sequence[Callable[[Any], Any]]:
    """For each column how its value is written down; JSON comes as the text it is kept as."""
    return [_writer_of(column) for column in table.columns]


def readers_of(table: Table) -> Sequence[Callable[[Any], Any]]:
    """For each column how a value that was written down is read; None is None everywhere."""
    return [_reader_of(column) for column in table.columns]


def _writer_of(column: Column[Any]) -> Callable[[Any], Any]:
    match _plain_type(column):
        case LargeBinary():
            return lambda value: None if value is None else base64.b64encode(value).decode("ascii")
        case DateTime() | Date() | Time():
            return lambda value: None if value is None else value.isoformat()
        case _:
            return lambda value: value


def _reader_of(column: Column[Any]) -> Callable[[Any], Any]:
    match _plain_type(column):
        case LargeBinary():
            return _unless_none(lambda value: base64.b64decode(value, validate=True))
        case DateTime():
            return _unless_none(datetime.fromisoformat)
        case Date():
            return _unless_none(date.fromisoformat)
        case Time():
            return _unless_none(time.fromisoformat)
        case JSON():
            return _unless_none(_read_json)
        case _:
            return lambda value: value


def _unless_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _read_json(text: str) -> Any:
    """The null of JSON is another value than none at all."""
    value = json.loads(text)
    return JSON.NULL if value is None else value


def _plain_type(column: Column[Any]) -> Any:
    """The type below our own, such as DateTime below Moment."""
    return getattr(column.type, "impl_instance", column.type)
