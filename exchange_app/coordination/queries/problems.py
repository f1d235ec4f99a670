"""Reads of common problems. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package
from exchange_app.coordination.errors import ProblemNotFound
from exchange_app.coordination.models import Assignment, Problem, ProblemEntry
from exchange_app.coordination.queries.people import is_of_party, is_shown_to
from exchange_app.coordination.rules import OPEN_STATES, ProblemState
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation
from exchange_app.partners.queries import WITH_PARTIES


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    agreement_id: int | None = None
    state: ProblemState | None = None
    words: str = ""


_IN_LIST = (
    joinedload(Problem.agreement),
    joinedload(Problem.raised_by).joinedload(User.organisation).joinedload(Organisation.city),
    joinedload(Problem.departure).joinedload(Departure.package).joinedload(Package.host_city),
    selectinload(Problem.assignments).options(joinedload(Assignment.city), joinedload(Assignment.office)),
)
WITH_PROBLEM = (*_IN_LIST, joinedload(Problem.agreement).options(*WITH_PARTIES))
_WITH_ENTRIES = (
    *WITH_PROBLEM,
    selectinload(Problem.entries)
    .joinedload(ProblemEntry.by)
    .joinedload(User.organisation)
    .joinedload(Organisation.city),
)


def select_problems(user: User, wanted: ProblemFilter | None = None) -> Select[Problem]:
    """Those of the user's agreements, the latest word first; to be paged."""
    wanted = wanted or ProblemFilter()
    found = select(Problem).options(*_IN_LIST).where(is_shown_to(user, Problem.agreement_id))
    if wanted.agreement_id is not None:
        found = found.where(Problem.agreement_id == wanted.agreement_id)
    if wanted.state is not None:
        found = found.where(Problem.state == wanted.state)
    for word in wanted.words.split():
        in_it = (column.icontains(word, autoescape=True) for column in (Problem.title, Problem.description))
        found = found.where(or_(*in_it, Problem.lesson.icontains(word, autoescape=True)))
    return found.order_by(Problem.last_word_at.desc(), Problem.id.desc())


def select_lessons(user: User, wanted: ProblemFilter) -> Select[Problem]:
    """What was learnt from those that were settled, the latest first; to be paged."""
    settled = Problem.state == ProblemState.SETTLED, Problem.lesson != ""
    return select_problems(user, wanted).where(*settled).order_by(None).order_by(Problem.closed_at.desc())


def count_problem_states(user: User) -> Mapping[ProblemState, int]:
    counted = select(Problem.state, func.count()).where(is_shown_to(user, Problem.agreement_id))
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(Problem.state))}


def count_problems(agreement_id: int, *states: ProblemState) -> int:
    counted = select(func.count()).select_from(Problem).where(Problem.agreement_id == agreement_id)
    return db.session.scalar(counted.where(Problem.state.in_(states))) or 0


def get_problem(problem_id: int, user: User) -> Problem:
    """With all that was said. Raises ProblemNotFound, for one of others' agreements too."""
    return _one_problem(_own_problem(problem_id, user))


def lock_problem(problem_id: int, user: User) -> Problem:
    """As get_problem, fresh and locked until the transaction ends. For commands."""
    return _one_problem(_locked(_own_problem(problem_id, user)))


def lock_problem_under(problem_id: int, agreement_id: int) -> Problem:
    """The same for what a meeting of the agreement decided, whoever was the last to confirm it."""
    under = (
        select(Problem).options(*_WITH_ENTRIES).where(Problem.id == problem_id, Problem.agreement_id == agreement_id)
    )
    return _one_problem(_locked(under))


def _locked(problems: Select[Problem]) -> Select[Problem]:
    return problems.with_for_update(of=Problem, key_share=True).execution_options(populate_existing=True)


def _own_problem(problem_id: int, user: User) -> Select[Problem]:
    own = Problem.id == problem_id, is_shown_to(user, Problem.agreement_id)
    return select(Problem).options(*_WITH_ENTRIES).where(*own)


def _one_problem(problems: Select[Problem]) -> Problem:
    problem: Problem | None = db.session.scalar(problems)
    if problem is None:
        raise ProblemNotFound()
    return problem


def find_problem_of_form(user_id: int, form_token: str) -> Problem | None:
    return db.session.scalar(select(Problem).where(Problem.raised_by_id == user_id, Problem.form_token == form_token))


def list_open_problems(agreement_id: int) -> Sequence[Problem]:
    """For an agenda: those that nobody has settled or set aside, the oldest first."""
    return db.session.scalars(
        select(Problem)
        .options(*_IN_LIST)
        .where(Problem.agreement_id == agreement_id, Problem.state.in_(OPEN_STATES))
        .order_by(Problem.raised_at)
    ).all()


def list_problems_assigned_to(city_id: int) -> Sequence[Problem]:
    """Those that an office of the city sees to, under agreements that it is party of now, by their due day."""
    return db.session.scalars(
        select(Problem)
        .join(Assignment, (Assignment.problem_id == Problem.id) & (Assignment.city_id == city_id))
        .options(*_IN_LIST)
        .where(Problem.state == ProblemState.ASSIGNED, is_of_party(city_id, Problem.agreement_id))
        .order_by(Assignment.due_on, Problem.id)
    ).all()


def list_entries_since(problem_id: int, since: datetime, until: datetime) -> Sequence[ProblemEntry]:
    return db.session.scalars(
        select(ProblemEntry)
        .options(joinedload(ProblemEntry.by).joinedload(User.organisation))
        .where(ProblemEntry.problem_id == problem_id, ProblemEntry.at >= since, ProblemEntry.at < until)
        .order_by(ProblemEntry.id)
    ).all()
