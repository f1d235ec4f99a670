"""A common problem is raised, discussed, assigned to offices of both sides, and settled with what was learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.coordination import letters
from exchange_app.coordination.errors import (
    DepartureElsewhere,
    DueMissing,
    NothingSaid,
    OneSideOnly,
    ProblemStepNotOpen,
)
from exchange_app.coordination.models import Assignment, Exchange, Problem, ProblemEntry
from exchange_app.coordination.queries import problems as queries
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.rules import PROBLEM_STEPS, ProblemState, ProblemStep
from exchange_app.core.database import db
from exchange_app.partners.errors import AgreementStepNotOpen, OfficeElsewhere
from exchange_app.partners.models import Agreement, Organisation
from exchange_app.partners.queries import lock_agreement
from exchange_app.partners.rules import AgreementState


@dataclass(frozen=True, slots=True)
class ProblemTerms:
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Task:
    """What one office sees to, and until when."""

    office: Organisation
    due_on: date | None


def raise_problem(
    agreement: Agreement,
    terms: ProblemTerms,
    exchange: Exchange | None,
    *,
    form_token: str,
    by: User,
    now: datetime,
) -> Problem:
    """The same form sent twice raises one, sent at once too. Raises AgreementStepNotOpen or DepartureElsewhere."""
    agreement = lock_agreement(agreement.id, city_of(by))
    earlier = queries.find_problem_of_form(by.id, form_token)
    if earlier is not None:
        return earlier
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementStepNotOpen()
    if exchange is not None and exchange.agreement_id != agreement.id:
        raise DepartureElsewhere()
    problem = Problem(
        agreement=agreement,
        departure_id=exchange.departure_id if exchange else None,
        form_token=form_token,
        title=terms.title,
        description=terms.description,
        state=ProblemState.RAISED,
        raised_by=by,
        raised_at=now,
        last_word_at=now,
        assignments=[],
        entries=[],
    )
    db.session.add(problem)
    _say(problem, ProblemStep.RAISE, "", by, now)
    return problem


def comment_on(problem: Problem, words: str, *, by: User, now: datetime) -> None:
    """Those concerned hear of it with all else that was said on the same day; sent twice, it is said once. Raises
    NothingSaid."""
    if not words.strip():
        raise NothingSaid()
    if _was_just_said(problem, ProblemStep.COMMENT, words, by):
        return
    _say(problem, ProblemStep.COMMENT, words, by, now)
    letters.write_commented(problem, by, now)


def assign_problem(problem: Problem, tasks: Sequence[Task], words: str, *, by: User, now: datetime) -> None:
    """To an office of each of two cities at least; assigned anew, what was before goes. Raises ProblemStepNotOpen,
    OneSideOnly, OfficeElsewhere or DueMissing."""
    cities = {task.office.city_id for task in tasks}
    if len(cities) < 2 or len(cities) < len(tasks):
        raise OneSideOnly()
    known = {one.city_id: one for one in problem.assignments}
    as_it_is = {(one.office_id, one.due_on) for one in problem.assignments}
    is_same = as_it_is == {(task.office.id, task.due_on) for task in tasks}
    if is_same and _was_just_said(problem, ProblemStep.ASSIGN, words, by):
        return
    for task in tasks:
        _check_task(problem, task, now, known.get(task.office.city_id))
    _go(problem, ProblemStep.ASSIGN)
    problem.assignments = [_assigned(known.get(task.office.city_id), task) for task in tasks]
    _say(problem, ProblemStep.ASSIGN, words, by, now)
    letters.write_assigned(problem, by, now)


def _check_task(problem: Problem, task: Task, now: datetime, known: Assignment | None) -> None:
    city = task.office.city
    if city.id not in problem.agreement.city_ids:
        raise OfficeElsewhere(field=f"office-{city.id}")
    today = city.today(now)
    is_as_before = known is not None and known.due_on == task.due_on
    if task.due_on is None or (task.due_on < today and not is_as_before):
        raise DueMissing(field=f"due-{city.id}")


def _assigned(known: Assignment | None, task: Task) -> Assignment:
    assignment = known or Assignment(city_id=task.office.city_id, city=task.office.city)
    assignment.office = task.office
    if task.due_on is not None:
        assignment.due_on = task.due_on
    return assignment


def settle_problem(problem: Problem, lesson: str, *, by: User, now: datetime) -> None:
    """With what was learnt, for others to find. Raises ProblemStepNotOpen or NothingSaid."""
    _close(problem, ProblemStep.SETTLE, lesson, by, now)
    problem.lesson = lesson.strip()
    db.session.flush()
    letters.write_settled(problem, by, now)


def set_problem_aside(problem: Problem, reason: str, *, by: User, now: datetime) -> None:
    """Nobody goes on with it for now, and everybody reads why. Raises ProblemStepNotOpen or NothingSaid."""
    _close(problem, ProblemStep.SET_ASIDE, reason, by, now)
    letters.write_settled(problem, by, now)


def _close(problem: Problem, step: ProblemStep, words: str, by: User, now: datetime) -> None:
    if not words.strip():
        raise NothingSaid()
    _go(problem, step)
    problem.closed_at = now
    _say(problem, step, words, by, now)


def reopen_problem(problem: Problem, *, by: User, now: datetime) -> None:
    """It is there again: the offices stay as they were, until somebody assigns it anew. Raises ProblemStepNotOpen."""
    _go(problem, ProblemStep.REOPEN)
    problem.closed_at = None
    _say(problem, ProblemStep.REOPEN, "", by, now)


def _was_just_said(problem: Problem, step: ProblemStep, words: str, by: User) -> bool:
    """The same form again: nobody said anything in between."""
    last = problem.entries[-1] if problem.entries else None
    return last is not None and (last.step, last.words, last.by_id) == (step, words.strip(), by.id)


def _go(problem: Problem, step: ProblemStep) -> None:
    state = PROBLEM_STEPS.get((problem.state, step))
    if state is None:
        raise ProblemStepNotOpen()
    problem.state = state


def _say(problem: Problem, step: ProblemStep, words: str, by: User, now: datetime) -> None:
    problem.entries.append(ProblemEntry(at=now, by=by, step=step, words=words.strip()))
    problem.last_word_at = now
    db.session.flush()
