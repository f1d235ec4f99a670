"""Reporting a breach, what is done about it, and whom it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.accounts.queries import find_user_by_email
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings.queries import find_booking_by_code
from exchange_app.core.database import db
from exchange_app.core.sealing import new_uid
from exchange_app.retention import letters, queries
from exchange_app.retention.affected import Group, list_affected, list_guardians
from exchange_app.retention.drafts import draft
from exchange_app.retention.errors import (
    AccountUnknown,
    BreachClosed,
    EndsBeforeItBegan,
    GroupUnknown,
    NotContainedYet,
    NotYetHappened,
)
from exchange_app.retention.models import Breach, BreachMeasure, BreachText
from exchange_app.retention.rules import Audience, Measure, Scope
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.models import Participant
from exchange_app.rosters.rules import Sheet


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody writes down about a breach; of ``email``, ``departure_id`` and ``code`` the one that its scope
    needs."""

    words: str
    noticed_at: datetime
    began_at: datetime
    ended_at: datetime
    scope: Scope
    email: str = ""
    departure_id: int | None = None
    code: str = ""


def report_breach(report: Report, *, form_token: str, by: User, now: datetime) -> Breach:
    """Keep it sealed, with letters drafted. The same form sent twice makes one report. Raises EndsBeforeItBegan,
    NotYetHappened, AccountUnknown or GroupUnknown."""
    if known := queries.find_breach_of_form(form_token):
        return known
    _check_times(report, now)
    breach = Breach(
        uid=new_uid(),
        form_token=form_token,
        by_id=by.id,
        reported_at=now,
        noticed_at=report.noticed_at,
        began_at=report.began_at,
        ended_at=report.ended_at,
        scope=report.scope,
        words=report.words,
    )
    _point_at(breach, report)
    breach.taken = [BreachMeasure(measure=Measure.NOTICED, at=report.noticed_at, by_id=by.id)]
    db.session.add(breach)
    db.session.flush()
    groups = list_affected(breach)
    _draft_letters(breach, groups)
    facts = {"breach": breach.id, "scope": breach.scope.value, "groups": len(groups)}
    audit.record(What.BREACH_REPORTED, by_id=by.id, now=now, user_id=breach.user_id, facts=facts)
    return breach


def _check_times(report: Report, now: datetime) -> None:
    if report.ended_at < report.began_at:
        raise EndsBeforeItBegan()
    for field in ("noticed_at", "began_at", "ended_at"):
        if getattr(report, field) > now:
            raise NotYetHappened(field=field)


def _point_at(breach: Breach, report: Report) -> None:
    match report.scope:
        case Scope.ACCOUNT:
            breach.user = find_user_by_email(report.email)
            if breach.user is None:
                raise AccountUnknown()
        case Scope.DEPARTURE:
            breach.departure_id = report.departure_id
        case Scope.GROUP:
            breach.booking = find_booking_by_code(report.code)
            if breach.booking is None:
                raise GroupUnknown()


def _draft_letters(breach: Breach, groups: Sequence[Group]) -> None:
    for audience in Audience:
        for language, words in draft(breach, groups, audience).items():
            breach.texts.append(BreachText(uid=new_uid(), audience=audience, language=language, words=words))
    db.session.flush()


def change_text(breach: Breach, audience: Audience, language: str, words: str, *, by: User, now: datetime) -> None:
    """Of the locked breach. Raises BreachClosed."""
    _check_open(breach)
    text = text_of(breach, audience, language)
    if text.words != words:
        text.words = words
        facts = {"breach": breach.id, "audience": audience.value, "language": language}
        audit.record(What.BREACH_TEXT_CHANGED, by_id=by.id, now=now, facts=facts)


def text_of(breach: Breach, audience: Audience, language: str) -> BreachText:
    return next(text for text in breach.texts if (text.audience, text.language) == (audience, language))


def take_measure(breach: Breach, measure: Measure, *, by: User, now: datetime) -> None:
    """Of the locked breach; what was done before stays as it was. Raises BreachClosed or NotContainedYet."""
    _check_open(breach)
    if breach.at_of(measure) is not None:
        return
    if measure is Measure.CLOSED and breach.at_of(Measure.CONTAINED) is None:
        raise NotContainedYet()
    breach.taken.append(BreachMeasure(measure=measure, at=now, by_id=by.id))
    db.session.flush()
    facts = {"breach": breach.id, "measure": measure.value}
    audit.record(What.BREACH_STEP_TAKEN, by_id=by.id, now=now, facts=facts)


def tell_schools(breach: Breach, *, by: User, now: datetime) -> int:
    """A letter to the leader of each group, once; returns to how many. Raises BreachClosed."""
    _check_open(breach)
    groups = list_affected(breach)
    letters.write_breach_reported(breach, [group.booking for group in groups], now)
    take_measure(breach, Measure.SCHOOLS_TOLD, by=by, now=now)
    return len(groups)


def list_guardians_to_call(
    breach: Breach, *, purpose: str, by: User, now: datetime
) -> Sequence[tuple[Group, Sequence[Participant]]]:
    """In full; of each group it is written down that somebody looked, and what for."""
    listed = list_guardians(list_affected(breach))
    for group, _people in listed:
        disclose(group.booking, Sheet.CALL_LIST, purpose=purpose, by=by, now=now)
    facts = {"breach": breach.id, "persons": sum(len(people) for _group, people in listed)}
    audit.record(What.BREACH_GUARDIANS_LISTED, by_id=by.id, now=now, facts=facts)
    return listed


def _check_open(breach: Breach) -> None:
    if breach.at_of(Measure.CLOSED) is not None:
        raise BreachClosed()
