"""Whether what the application stands on answers."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from exchange_app.core import broker
from exchange_app.core.broker import BrokerUnreachable
from exchange_app.core.database import db


def is_database_ready() -> bool:
    """Whether the database answers and has been migrated."""
    try:
        return db.session.scalar(text("SELECT version_num FROM alembic_version")) is not None
    except SQLAlchemyError:
        db.session.rollback()
        return False


def is_broker_ready() -> bool:
    try:
        broker.ping()
    except BrokerUnreachable:
        return False
    return True
