"""The floor: the same rows in bare SQL, sent to the same database by PostgreSQL's own `pgbench`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter
from exchange_app.rosters.models import Participant
from launcher.postgres import programs

NEW_UID = "replace(gen_random_uuid()::text, '-', '')"
NEW_CODE = "left(encode(uuid_send(gen_random_uuid()), 'base64'), 8)"


@dataclass(frozen=True)
class Pgbench:
    url: str
    folder: Path
    clients: int
    seconds: float

    def per_second(self, *scripts: str, **variables: int) -> float | None:
        """Transactions a second, each of them one of the scripts; None, and a sentence, where that cannot be had."""
        files = [self.folder / f"floor-{number}.sql" for number in range(len(scripts))]
        for file, script in zip(files, scripts, strict=True):
            file.write_text(script)
        how = ["--no-vacuum", f"--client={self.clients}", "--jobs=2", f"--time={max(1, round(self.seconds))}"]
        how += [f"--file={file}" for file in files]
        how += [f"--define={name}={value}" for name, value in variables.items()]
        command = [programs() / "pgbench", *how, self.url]
        try:
            ran = subprocess.run(command, capture_output=True, text=True)
        except OSError as problem:
            print(f"There is no floor to compare with: pgbench does not start ({problem}).")
            return None
        if ran.returncode != 0:
            print(f"There is no floor to compare with: {ran.stderr.strip().splitlines()[-1]}")
            return None
        return float(re.findall(r"tps = ([\d.]+)", ran.stdout)[0])


def beside(per_second: float, floor: float | None) -> str:
    """The ratio in words, where there is a floor."""
    return f", {per_second / floor:.0%} of the floor of {floor:.0f} /s" if floor else ""


def registration(booking_id: int, departure: Departure) -> str:
    """A script that writes that booking again, for another departure: its row, its participants and its letter, and
    last the guarded UPDATE of the one pool."""
    seats = len(_rows(Participant, f"booking_id = {booking_id}"))
    return f"""
        BEGIN;
        {insert(Booking, f"id = {booking_id}", departure_id=departure.id)} RETURNING id AS booking \\gset
        {insert(Participant, f"booking_id = {booking_id}", booking_id=":booking")};
        {insert(Letter, f"key = 'booking:{booking_id}:confirmed'", key="'floor:' || :booking", subject_id=":booking")};
        UPDATE pools SET taken = taken + {seats}
        WHERE id = {departure.pool_id} AND is_open AND short = 0 AND taken + {seats} <= capacity;
        COMMIT;
    """


def copy_booking(booking_id: int, times: int) -> range:
    """Bookings like that one, alone; returns their ids."""
    copies = insert(Booking, f"id = {booking_id}", f"SELECT %s FROM generate_series(1, {times})")
    ids = db.session.scalars(text(f"{copies} RETURNING id")).all()
    return range(min(ids), max(ids) + 1)


def insert(model: Any, where: str, form: str = "VALUES (%s)", **changes: Any) -> str:
    """An INSERT of the same rows once more, with what must be unique made anew."""
    changes = {"uid": NEW_UID, "code": NEW_CODE, "form_token": NEW_UID, **changes}
    columns = _columns(model)
    rows = [
        ", ".join(str(changes.get(column, value)) for column, value in zip(columns, row, strict=True))
        for row in _rows(model, where)
    ]
    return f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) {form % '), ('.join(rows)}"


def _rows(model: Any, where: str) -> Sequence[Any]:
    """As SQL would write their values."""
    values = ", ".join(f"quote_nullable({column}::text)" for column in _columns(model))
    return db.session.execute(text(f"SELECT {values} FROM {model.__tablename__} WHERE {where}")).all()


def _columns(model: Any) -> list[str]:
    return [column.name for column in model.__table__.columns if column.name != "id"]
