"""Minutes are written, sent to the cities, confirmed by each, and hold from then on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.queries.problems import lock_problem_under
from exchange_app.coordination.rules import OPEN_STATES
from exchange_app.coordination.service.problems import settle_problem
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.meetings import letters
from exchange_app.meetings.errors import (
    ActionDueMissing,
    ActionNotFound,
    DecisionMissing,
    MeetingStepNotOpen,
    MinutesEmpty,
    MinutesSentAnew,
    NotBegunYet,
    ObjectionMissing,
    PersonElsewhere,
    TooManyActions,
)
from exchange_app.meetings.models import Action, AgendaItem, Confirmation, Decision, Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.queries.actions import list_people_of
from exchange_app.meetings.rules import CONFIRMED_WITHIN, MOST_ACTIONS, ActionState, MeetingState, MeetingStep
from exchange_app.meetings.service.planning import check_prepares, check_step, go
from exchange_app.partners.errors import OfficeElsewhere
from exchange_app.partners.models import Organisation
from exchange_app.partners.queries import lock_agreement


@dataclass(frozen=True, slots=True)
class ItemMinutes:
    """What was said about one item of the agenda."""

    discussion: Translated
    decision: Translated
    lesson: Translated
    settles_problem: bool


@dataclass(frozen=True, slots=True)
class MinutesTerms:
    """``items`` by the item's id; ``came`` are the invitations of those who were there, themselves or by a stand-in."""

    items: Mapping[int, ItemMinutes]
    came: Collection[int]
    others_present: str


@dataclass(frozen=True, slots=True)
class ActionTerms:
    title: Translated
    office: Organisation
    person_id: int | None
    due_on: date


def write_minutes(meeting: Meeting, terms: MinutesTerms, *, seen: str, by: User, now: datetime) -> None:
    """From the beginning of the meeting until they are sent. Raises NotTheChair, NotBegunYet, MeetingStepNotOpen,
    ChangedMeanwhile or DecisionMissing."""
    _check_writing(meeting, by, now)
    if (current := seen_of(meeting)) != seen:
        raise ChangedMeanwhile(current=current)
    written = [(item, terms.items[item.id]) for item in meeting.items if item.id in terms.items]
    for item, said in written:
        _check_decided(item, said)
    go(meeting, MeetingStep.WRITE)
    for item, said in written:
        item.discussion, item.decision, item.lesson = said.discussion, said.decision, said.lesson
        item.settles_problem = said.settles_problem and item.problem_id is not None
    for one in meeting.invited:
        one.came = one.id in terms.came
    meeting.others_present = terms.others_present.strip()
    meeting.changed_at = now
    db.session.flush()


def _check_writing(meeting: Meeting, by: User, now: datetime) -> None:
    check_prepares(meeting, by)
    if now < meeting.starts_at:
        raise NotBegunYet()
    check_step(meeting, MeetingStep.WRITE)


def _check_decided(item: AgendaItem, said: ItemMinutes) -> None:
    if said.settles_problem and item.problem_id is not None and not said.decision:
        raise DecisionMissing(field=f"item-{item.id}")


def seen_of(meeting: Meeting) -> str:
    """What a form carries to say what its reader saw."""
    return meeting.changed_at.isoformat()


def add_action(meeting: Meeting, terms: ActionTerms, *, by: User, now: datetime) -> Action:
    """Part of the minutes; sent twice, it is one. Raises NotTheChair, NotBegunYet, MeetingStepNotOpen, TooManyActions,
    OfficeElsewhere, PersonElsewhere or ActionDueMissing."""
    _check_writing(meeting, by, now)
    for one in meeting.actions:
        known = ActionTerms(one.title, one.office, one.person.id if one.person else None, one.due_on)
        if known == terms:
            return one
    if len(meeting.actions) >= MOST_ACTIONS:
        raise TooManyActions()
    if terms.office.city_id not in meeting.agreement.city_ids:
        raise OfficeElsewhere()
    people = {user.id: user for user in list_people_of([terms.office.id])}
    if terms.person_id is not None and terms.person_id not in people:
        raise PersonElsewhere()
    if terms.due_on <= meeting.held_on:
        raise ActionDueMissing()
    go(meeting, MeetingStep.WRITE)
    action = Action(
        agreement_id=meeting.agreement_id,
        agreement=meeting.agreement,
        title=terms.title,
        office=terms.office,
        person=people.get(terms.person_id or 0),
        due_on=terms.due_on,
        state=ActionState.OPEN,
        times_reminded=0,
    )
    meeting.actions.append(action)
    db.session.flush()
    return action


def remove_action(meeting: Meeting, action_id: int, *, by: User, now: datetime) -> None:
    """While the minutes are written. Raises NotTheChair, NotBegunYet, MeetingStepNotOpen or ActionNotFound."""
    _check_writing(meeting, by, now)
    action = next((one for one in meeting.actions if one.id == action_id), None)
    if action is None:
        raise ActionNotFound()
    meeting.actions.remove(action)
    db.session.flush()


# -------------------------------------------------------------------------------------------------------- confirmation


def send_minutes(meeting: Meeting, *, by: User, now: datetime) -> None:
    """To all cities, which confirm them or object; the chairing city confirms by sending. Raises NotTheChair,
    MeetingStepNotOpen or MinutesEmpty."""
    check_prepares(meeting, by)
    check_step(meeting, MeetingStep.SEND)
    if not any(item.discussion or item.decision for item in meeting.items):
        raise MinutesEmpty()
    go(meeting, MeetingStep.SEND)
    meeting.minutes_round += 1
    meeting.sent_by, meeting.sent_at, meeting.changed_at = by, now, now
    _say(meeting, meeting.chair_city_id, "", by, now)
    if not _publish_if_confirmed(meeting, now):
        letters.write_minutes_sent(meeting, cities_awaited(meeting), now)


def cities_awaited(meeting: Meeting) -> set[int]:
    """Parties that have not said whether the minutes are right."""
    spoken = {one.city_id for one in meeting.answers_of_round}
    return meeting.agreement.city_ids - spoken if meeting.state is MeetingState.SENT else set()


def confirm_minutes(meeting: Meeting, *, seen: int, by: User, now: datetime) -> None:
    """For the user's city, in the round that was read; with the last one they are published. Raises MeetingStepNotOpen
    or MinutesSentAnew."""
    _say(meeting, _awaited_city(meeting, seen, by), "", by, now)
    _publish_if_confirmed(meeting, now)


def object_to_minutes(meeting: Meeting, words: str, *, seen: int, by: User, now: datetime) -> None:
    """They go back to the chairing city, which mends and sends them once more, to all. Raises MeetingStepNotOpen,
    MinutesSentAnew or ObjectionMissing."""
    city_id = _awaited_city(meeting, seen, by)
    if not words.strip():
        raise ObjectionMissing()
    _say(meeting, city_id, words.strip(), by, now)
    go(meeting, MeetingStep.OBJECT)
    meeting.changed_at = now
    db.session.flush()
    letters.write_objected(meeting, now)


def _awaited_city(meeting: Meeting, seen: int, by: User) -> int:
    """An administrator speaks for no city. Nobody answers to minutes that they have not read."""
    city_id = city_of(by)
    if city_id is None or city_id not in cities_awaited(meeting):
        raise MeetingStepNotOpen()
    if meeting.minutes_round != seen:
        raise MinutesSentAnew()
    return city_id


def _say(meeting: Meeting, city_id: int, objection: str, by: User, now: datetime) -> None:
    said = Confirmation(round=meeting.minutes_round, city_id=city_id, by=by, at=now, objection=objection)
    meeting.confirmations.append(said)
    db.session.flush()
    if not objection:
        facts = {"meeting": meeting.number, "round": meeting.minutes_round, "city": city_id}
        record(What.MINUTES_CONFIRMED, by_id=by.id, now=now, subject=f"meeting:{meeting.id}", facts=facts)


def _publish_if_confirmed(meeting: Meeting, now: datetime) -> bool:
    if meeting.state is not MeetingState.SENT or cities_awaited(meeting):
        return False
    go(meeting, MeetingStep.PUBLISH)
    meeting.confirmed_at = meeting.changed_at = now
    _number_decisions(meeting)
    _settle_problems(meeting, now)
    db.session.flush()
    letters.write_confirmed(meeting, now)
    return True


def _number_decisions(meeting: Meeting) -> None:
    """On from the last one of the agreement, which is locked for that."""
    lock_agreement(meeting.agreement_id, None)
    number = queries.next_decision(meeting.agreement_id)
    for item in meeting.items:
        if item.decision:
            item.numbered = Decision(agreement_id=meeting.agreement_id, number=number)
            number += 1


def _settle_problems(meeting: Meeting, now: datetime) -> None:
    """In the name of whoever sent the minutes, wherever they work by now; one that was closed meanwhile stays as it
    is."""
    for item in meeting.items:
        if not (item.settles_problem and item.problem_id and meeting.sent_by):
            continue
        problem = lock_problem_under(item.problem_id, meeting.agreement_id)
        if problem.state in OPEN_STATES:
            learnt = item.lesson or item.decision
            settle_problem(problem, "\n".join(learnt.values()), by=meeting.sent_by, now=now)


def look_after_minutes(now: datetime) -> int:
    """Publishes what only waited for a city that left, and reminds cities that have not said anything for a week, once.
    Returns how many minutes there were."""
    looked_at = 0
    for meeting in queries.lock_sent_meetings():
        waits_since = meeting.sent_at or now
        if _publish_if_confirmed(meeting, now):
            looked_at += 1
        elif now - waits_since >= CONFIRMED_WITHIN and meeting.reminded_round < meeting.minutes_round:
            meeting.reminded_round = meeting.minutes_round
            letters.write_minutes_sent(meeting, cities_awaited(meeting), now, again=True)
            looked_at += 1
    db.session.flush()
    return looked_at
