"""The two sides of an exchange, what there is to do for it, and the steps of a common problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from exchange_app.core.text import Translated
from exchange_app.papers.rules import Counted, Due

MOST_STEPS = 40


class Side(StrEnum):
    SENDING = "sending"
    HOSTING = "hosting"

    @property
    def other(self) -> Side:
        return Side.HOSTING if self is Side.SENDING else Side.SENDING


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a checklist before it has a date."""

    title: Translated
    side: Side
    counted: Counted
    days: int

    def due_on(self, starts_on: date, ends_on: date) -> date:
        return Due(self.counted, self.days).on(starts_on, ends_on)


def _step(zh: str, en: str, side: Side, counted: Counted, days: int) -> Step:
    return Step(Translated(zh_Hans=zh, en=en), side, counted, days)


# Practice: the host's office invites, the sending side's school picks; a return visit follows. It holds until an
# agreement has a template of its own.
DEFAULTS: Sequence[Step] = (
    _step("发出邀请函", "The host's office sends the invitation", Side.HOSTING, Counted.BEFORE, 60),
    _step("由派出学校选定参加学生", "The sending school picks who goes", Side.SENDING, Counted.BEFORE, 45),
    _step("双方商定活动方案", "Both sides agree on the programme", Side.HOSTING, Counted.BEFORE, 30),
    _step("制定安全预案", "The safety plan is written", Side.SENDING, Counted.BEFORE, 21),
    _step("落实保险", "Insurance is taken out", Side.SENDING, Counted.BEFORE, 14),
    _step("落实往返交通", "Transport there and back is booked", Side.SENDING, Counted.BEFORE, 14),
    _step("落实当地用车、食宿", "Local transport, meals and lodging are booked", Side.HOSTING, Counted.BEFORE, 14),
    _step("制定宣传方案，联系媒体", "Publicity is planned and the press invited", Side.HOSTING, Counted.BEFORE, 7),
    _step("准备开营仪式", "The opening is prepared", Side.HOSTING, Counted.BEFORE, 3),
    _step("行前教育", "The group is briefed", Side.SENDING, Counted.BEFORE, 2),
    _step("举行结营、欢送活动", "Farewell", Side.HOSTING, Counted.AFTER, 0),
    _step("发布活动报道", "A report of the exchange is published", Side.HOSTING, Counted.AFTER, 7),
    _step("活动总结与评估", "Evaluation", Side.SENDING, Counted.AFTER, 14),
    _step("提出回访安排", "A return visit is proposed", Side.SENDING, Counted.AFTER, 30),
)


class ProblemState(StrEnum):
    RAISED = "raised"
    ASSIGNED = "assigned"
    SETTLED = "settled"
    SET_ASIDE = "set_aside"


class ProblemStep(StrEnum):
    RAISE = "raise"
    COMMENT = "comment"
    ASSIGN = "assign"
    SETTLE = "settle"
    SET_ASIDE = "set_aside"
    REOPEN = "reopen"


OPEN_STATES = (ProblemState.RAISED, ProblemState.ASSIGNED)

# From which state a step leads where; a comment leads nowhere, and can be made at any time.
PROBLEM_STEPS = {
    (ProblemState.RAISED, ProblemStep.ASSIGN): ProblemState.ASSIGNED,
    (ProblemState.ASSIGNED, ProblemStep.ASSIGN): ProblemState.ASSIGNED,
    (ProblemState.RAISED, ProblemStep.SETTLE): ProblemState.SETTLED,
    (ProblemState.ASSIGNED, ProblemStep.SETTLE): ProblemState.SETTLED,
    (ProblemState.RAISED, ProblemStep.SET_ASIDE): ProblemState.SET_ASIDE,
    (ProblemState.ASSIGNED, ProblemStep.SET_ASIDE): ProblemState.SET_ASIDE,
    (ProblemState.SETTLED, ProblemStep.REOPEN): ProblemState.RAISED,
    (ProblemState.SET_ASIDE, ProblemStep.REOPEN): ProblemState.RAISED,
}

REMINDED_BEFORE = timedelta(days=3)
