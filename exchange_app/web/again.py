"""A request that lost a race in the database is done again, so that nobody reads of a deadlock."""

from __future__ import annotations

from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from exchange_app.core.database import db, lost_a_race

TRIES = 3


class Application(Flask):
    """Where the database made a transaction give way to another, nothing of it was stored: the view begins anew."""

    def dispatch_request(self) -> ResponseReturnValue:
        for _ in range(TRIES - 1):
            try:
                return super().dispatch_request()
            except DBAPIError as problem:
                if not lost_a_race(problem):
                    raise
            db.session.rollback()
            db.session.expire_all()
            for upload in request.files.values():
                upload.seek(0)
        return super().dispatch_request()
