"""What an organiser planned in one step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange_app.core.database import Moment, RowId, choice, db


class StepKind(StrEnum):
    MOVE = "move"
    SERIES = "series"
    SEASON = "season"


class PlanStep(db.Model):
    """A step that may have changed many things. Its form, sent twice, does it once; ``facts`` hold the ids and dates by
    which it can be undone."""

    __tablename__ = "plan_steps"
    __table_args__ = (UniqueConstraint("by_id", "form_token"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    form_token: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[StepKind] = mapped_column(choice(StepKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
