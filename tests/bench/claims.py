"""The claim alone: `seats.around` and `seats.claim`, committed, by processes that all want the same departure."""

from __future__ import annotations

import multiprocessing
import re
import time
from functools import partial
from typing import Any

from flask import current_app
from psycopg import ClientCursor
from sqlalchemy import event

from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures import seats
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation

SEATS = 30
START = 1.0  # seconds until every process is connected


def per_second(departure_id: int, school_id: int, booking_ids: range, *, clients: int, seconds: float) -> float:
    """Each booking claims once, so there have to be enough of them."""
    work = partial(_claim, departure_id, school_id, time.monotonic() + START, seconds)
    with multiprocessing.get_context("fork").Pool(clients) as processes:
        return sum(processes.map(work, _shares(booking_ids, clients), chunksize=1)) / seconds


def _shares(booking_ids: range, clients: int) -> list[range]:
    share = len(booking_ids) // clients
    return [booking_ids[share * client : share * (client + 1)] for client in range(clients)]


def _claim(departure_id: int, school_id: int, begins: float, seconds: float, booking_ids: range) -> int:
    """How many were claimed in time, after a first one that connects."""
    with current_app.app_context():
        db.engine.dispose(close=False)  # the parent's connections stay the parent's
        departure, school = db.session.get_one(Departure, departure_id), db.session.get_one(Organisation, school_id)
        for count, booking_id in enumerate(booking_ids):
            with transaction():
                seats.claim(booking_id, seats.around(departure, school), SEATS)
            if count == 0:
                time.sleep(max(0.0, begins - time.monotonic()))
            elif time.monotonic() > begins + seconds:
                return count
    raise RuntimeError("more claims than bookings")


def script(departure: Departure, school: Organisation, booking_ids: range, clients: int) -> str:
    """What `seats.claim` sends, for pgbench: the guarded UPDATE as it stands, and the rows of claims in one INSERT.
    Each client counts its own bookings."""
    booking_id = booking_ids[-1]  # a number that nothing else has
    statements = re.sub(rf"\b{booking_id}\b", ":booking", ";\n".join(_sent(departure, school, booking_id)))
    return f"""
        \\set number :number + 1
        \\set booking {booking_ids[0]} + :client_id * {len(_shares(booking_ids, clients)[0])} + :number
        BEGIN;
        {statements};
        COMMIT;
    """


def _sent(departure: Departure, school: Organisation, booking_id: int) -> list[str]:
    """The statements of a claim, with their parameters written into them; it is taken back."""
    sent: list[str] = []
    cursor = ClientCursor(db.session.connection().connection.driver_connection)

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        rows = parameters if isinstance(parameters, list) else [parameters]
        written = [cursor.mogrify(statement, row).split(" VALUES ") for row in rows]
        sent.append(" VALUES ".join([*written[0][:-1], ", ".join(row[-1] for row in written)]))

    pools = seats.around(departure, school)
    event.listen(db.engine, "before_cursor_execute", keep)
    seats.claim(booking_id, pools, SEATS)
    event.remove(db.engine, "before_cursor_execute", keep)
    db.session.rollback()
    return sent
