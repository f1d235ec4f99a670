"""What belongs to a visit: its programme, the files of its report, what follows from it; the contact goes in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from exchange_app.accounts.models import User
from exchange_app.bookings.reminders import is_daytime
from exchange_app.catalogue.models import Base
from exchange_app.coordination.queries.people import list_coordinators
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.partners.models import Organisation
from exchange_app.partners.paper_files import PaperFile
from exchange_app.visits import letters
from exchange_app.visits.errors import (
    DueInThePast,
    FileNotFound,
    FileThereAlready,
    FollowUpNotFound,
    NotYourVisit,
    OutsideOfTheVisit,
    OwnerElsewhere,
    TooManyFiles,
    VisitChangedMeanwhile,
    VisitStepNotOpen,
)
from exchange_app.visits.models import FollowUp, ProgrammeEntry, Visit, VisitFile
from exchange_app.visits.queries import visits as queries
from exchange_app.visits.rules import MOST_FILES, REMINDED_BEFORE, UNDER_WAY
from exchange_app.visits.service.visits import today_at


@dataclass(frozen=True, slots=True)
class Entry:
    on: date
    starts: time
    ends: time | None
    title: str
    place: str
    base: Base | None
    office: Organisation | None


# -------------------------------------------------------------------------------------------------------- the programme


def set_programme(visit: Visit, entries: Sequence[Entry], *, seen: int, by: User, now: datetime) -> None:
    """The whole of it, by either side, without asking the other one anew. Raises NotYourVisit, VisitStepNotOpen,
    VisitChangedMeanwhile or OutsideOfTheVisit."""
    _check_side(visit, by)
    if visit.state not in UNDER_WAY:
        raise VisitStepNotOpen()
    if visit.version != seen:
        raise VisitChangedMeanwhile()
    if not all(_is_within(visit, entry) for entry in entries):
        raise OutsideOfTheVisit()
    visit.entries = [
        ProgrammeEntry(
            on=entry.on,
            starts=entry.starts,
            ends=entry.ends,
            title=entry.title,
            place=entry.place,
            base=entry.base,
            office=entry.office,
        )
        for entry in sorted(entries, key=lambda one: (one.on, one.starts))
    ]
    visit.version += 1
    visit.changed_at = now
    db.session.flush()
    letters.write_programme(visit, by, now)


def _is_within(visit: Visit, entry: Entry) -> bool:
    return visit.starts_on <= entry.on <= visit.ends_on and (entry.ends is None or entry.starts < entry.ends)


# --------------------------------------------------------------------------------------------------------------- files


def add_file(visit: Visit, file: PaperFile, *, by: User, now: datetime) -> VisitFile:
    """Raises NotYourVisit, FileThereAlready or TooManyFiles."""
    _check_side(visit, by)
    if any(one.digest == file.digest for one in visit.files):
        raise FileThereAlready()
    if len(visit.files) >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    added = VisitFile(
        filename=file.filename,
        content_type=file.content_type,
        size=len(file.content),
        digest=file.digest,
        content=file.content,
        added_by_id=by.id,
        added_at=now,
    )
    visit.files.append(added)
    db.session.flush()
    return added


def remove_file(visit: Visit, file_id: int, *, by: User) -> None:
    """Raises NotYourVisit or FileNotFound."""
    _check_side(visit, by)
    kept = [one for one in visit.files if one.id != file_id]
    if len(kept) == len(visit.files):
        raise FileNotFound()
    visit.files = kept
    db.session.flush()


# ----------------------------------------------------------------------------------------------------------- follow-ups


def add_follow_up(visit: Visit, words: str, owner_id: int, due_on: date, *, by: User, now: datetime) -> FollowUp:
    """The owner, a co-ordinator of one of the two cities, hears of it once it is due soon. Raises NotYourVisit,
    OwnerElsewhere or DueInThePast."""
    _check_side(visit, by)
    known = {user.id: user for user in list_coordinators([visit.sending_city_id, visit.hosting_city_id])}
    if owner_id not in known:
        raise OwnerElsewhere()
    if due_on < today_at(visit, now):
        raise DueInThePast()
    follow_up = FollowUp(words=words, owner=known[owner_id], due_on=due_on)
    visit.follow_ups.append(follow_up)
    db.session.flush()
    return follow_up


def do_follow_up(visit: Visit, follow_up_id: int, *, by: User, now: datetime) -> None:
    """It is done as of today. Raises NotYourVisit or FollowUpNotFound."""
    _find(visit, follow_up_id, by).done_on = today_at(visit, now)
    db.session.flush()


def reopen_follow_up(visit: Visit, follow_up_id: int, *, by: User) -> None:
    """It is not done after all. Raises NotYourVisit or FollowUpNotFound."""
    _find(visit, follow_up_id, by).done_on = None
    db.session.flush()


def remove_follow_up(visit: Visit, follow_up_id: int, *, by: User) -> None:
    """Raises NotYourVisit or FollowUpNotFound."""
    visit.follow_ups.remove(_find(visit, follow_up_id, by))
    db.session.flush()


def _find(visit: Visit, follow_up_id: int, by: User) -> FollowUp:
    _check_side(visit, by)
    for one in visit.follow_ups:
        if one.id == follow_up_id:
            return one
    raise FollowUpNotFound()


def _check_side(visit: Visit, by: User) -> None:
    if not queries.sides_of(visit, by):
        raise NotYourVisit()


# ----------------------------------------------------------------------------------------------------------- by itself


def remind_owners(now: datetime) -> int:
    """By day: three days before something is due and once it is overdue. Returns how many were reminded."""
    today = now.date()
    late = [one for one in queries.lock_due_follow_ups(today, times=2) if one.due_on < today_at(one.visit, now)]
    soon = queries.lock_due_follow_ups(today + REMINDED_BEFORE, times=1)
    due = {one.id: one for one in [*late, *soon] if is_daytime(now, one.visit.hosting_city.zone)}
    for one in due.values():
        one.times_reminded = 2 if one.due_on < today_at(one.visit, now) else 1
        letters.write_follow_up(one, now)
    db.session.flush()
    return len(due)


def forget_contacts(now: datetime) -> int:
    """Whom to call about a visit nobody needs to know once it is over or off; returns of how many it went."""
    kept = timedelta(days=setting("VISIT_CONTACTS_KEPT_DAYS"))
    over = queries.lock_visits_with_contacts((now - kept).date(), now - kept)
    for visit in over:
        visit.contact_name, visit.contact_phone = None, None
    db.session.flush()
    return len(over)
