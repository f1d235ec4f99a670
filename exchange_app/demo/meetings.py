"""The joint meetings of the demo's cities: one with confirmed minutes and actions, one whose minutes are being written,
one that is being prepared."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.core.text import Translated
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.helpdesk.working_days import is_working_day
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries.meetings import Topic, list_topics, lock_meeting
from exchange_app.meetings.rules import Answer, Rhythm
from exchange_app.meetings.service import actions, inviting, minutes, planning
from exchange_app.meetings.service.inviting import GuestTerms
from exchange_app.meetings.service.minutes import ActionTerms, ItemMinutes, MinutesTerms
from exchange_app.meetings.service.planning import ItemTerms, MeetingTerms
from exchange_app.partners.models import Agreement
from exchange_app.partners.queries import list_agreements_in_force

A_WHILE = timedelta(hours=3)
TAKEN = 3  # so many suggestions of each kind


def add_meetings(known: Known, now: datetime) -> None:
    """After the agreement, its problems and its exchanges."""
    content = read("meetings")
    [agreement] = list_agreements_in_force(None)
    planning.set_rhythm(agreement, Rhythm(**content["plan"]))
    _hold(agreement, content["held"], known, now)
    _draft(agreement, content["drafted"], known, now)
    _prepare(agreement, content["coming"], known, now)


def _hold(agreement: Agreement, entry: dict[str, Any], known: Known, now: datetime) -> None:
    by, at = known.people[entry["by"]], now - timedelta(days=entry["days_ago"])
    meeting = _call(agreement, entry, by, at, at - timedelta(days=20))
    rows = [ItemTerms(None, Translated(item["title"]), item["presenter"]) for item in entry["item"]]
    planning.set_agenda(meeting, rows, [], by=by, now=at)
    after = meeting.ends_at
    said = {item.id: _minutes(words) for item, words in zip(meeting.items, entry["item"], strict=True)}
    terms = MinutesTerms(said, [one.id for one in meeting.invited[:3]], entry["others_present"])
    minutes.write_minutes(meeting, terms, seen=minutes.seen_of(meeting), by=by, now=after)
    for action in entry["action"]:
        person = known.people.get(action.get("person", ""))
        due_on = (now - timedelta(days=action["due_days_ago"])).date()
        office = known.organisations[action["office"]]
        wanted = ActionTerms(Translated(action["title"]), office, person.id if person else None, due_on)
        minutes.add_action(meeting, wanted, by=by, now=after)
    minutes.send_minutes(meeting, by=by, now=after + timedelta(days=1))
    other = known.people[entry["confirmed_by"]]
    sent = lock_meeting(meeting.id, other)
    minutes.confirm_minutes(sent, seen=sent.minutes_round, by=other, now=after + timedelta(days=4))
    for made, action in zip(meeting.actions, entry["action"], strict=True):
        if "done" in action:
            actions.finish_action(made, action["done"], by=by, now=after + timedelta(days=10))


def _draft(agreement: Agreement, entry: dict[str, Any], known: Known, now: datetime) -> None:
    by, at = known.people[entry["by"]], now - timedelta(days=entry["days_ago"])
    meeting = _call(agreement, entry, by, at, at - timedelta(days=3))
    rows = [ItemTerms(None, Translated(item["title"]), item["presenter"]) for item in entry["item"]]
    planning.set_agenda(meeting, rows, [], by=by, now=at)
    said = {item.id: _minutes(words) for item, words in zip(meeting.items, entry["item"], strict=True)}
    terms = MinutesTerms(said, [one.id for one in meeting.invited[:2]], "")
    minutes.write_minutes(meeting, terms, seen=minutes.seen_of(meeting), by=by, now=meeting.ends_at)


def _minutes(words: dict[str, Any]) -> ItemMinutes:
    discussion, decision, lesson = (Translated(words.get(name, {})) for name in ("discussion", "decision", "lesson"))
    return ItemMinutes(discussion, decision, lesson, settles_problem=False)


def _prepare(agreement: Agreement, entry: dict[str, Any], known: Known, now: datetime) -> None:
    by, called_at = known.people[entry["by"]], now - timedelta(days=entry["called_days_ago"])
    meeting = _call(agreement, entry, by, now + timedelta(days=entry["in_days"]), called_at)
    own = ItemTerms(None, Translated(entry["item"]["title"]), entry["item"]["presenter"])
    planning.set_agenda(meeting, [own], _suggested(meeting, now), by=by, now=called_at)
    guest = entry["guest"]
    office = known.organisations[guest["office"]]
    terms = GuestTerms(office, guest["name"], guest["email"], by.language)
    inviting.add_guest(meeting, terms, by=by, now=called_at)
    inviting.invite(meeting, by=by, now=called_at)
    by_user = {one.user_id: one for one in meeting.invited}
    for key, said in entry["answers"].items():
        invitation = by_user[known.people[key].id]
        answer, stand_in = Answer(said["answer"]), said.get("stand_in", "")
        inviting.answer_invitation(invitation, answer, stand_in, now=called_at + A_WHILE)


def _suggested(meeting: Meeting, now: datetime) -> list[Topic]:
    """A few of each kind."""
    topics = list_topics(meeting, now.date())
    kinds = dict.fromkeys(topic.kind for topic in topics)
    return [topic for kind in kinds for topic in [one for one in topics if one.kind is kind][:TAKEN]]


def _call(agreement: Agreement, entry: dict[str, Any], by: User, at: datetime, called_at: datetime) -> Meeting:
    """At the hour of the plan, on the next working day."""
    rhythm = read("meetings")["plan"]
    city = by.organisation.city
    day = at.astimezone(city.zone).date()
    while not is_working_day(day):
        day += timedelta(days=1)
    starts_at = datetime.combine(day, rhythm["begins"], city.zone)
    terms = MeetingTerms(starts_at, rhythm["minutes"], Translated(entry["place"]), entry.get("link", ""))
    token = f"demo {starts_at:%Y-%m-%d}"
    return planning.call_meeting(agreement, city.id, terms, form_token=token, by=by, now=called_at)
