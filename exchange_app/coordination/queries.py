"""Reads of exchanges and common problems. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from exchange_app.coordination.models import Problem
from exchange_app.coordination.rules import OPEN_STATES
from exchange_app.core.database import db


def list_open_problems(agreement_id: int) -> Sequence[Problem]:
    """For an agenda: those that nobody has settled or set aside, the oldest first."""
    return db.session.scalars(
        select(Problem)
        .where(Problem.agreement_id == agreement_id, Problem.state.in_(OPEN_STATES))
        .order_by(Problem.raised_at)
    ).all()
