"""Asking guardians, taking their answers by link or from paper, and withdrawing them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import CHANGEABLE
from exchange_app.consents import queries
from exchange_app.consents.errors import (
    DataNeeded,
    NotAskedNow,
    NothingToAnswer,
    NothingToWithdraw,
    SignedLater,
    TextChanged,
    TextUnknown,
)
from exchange_app.consents.models import ConsentAnswer, ConsentLink, ConsentMethod, ConsentNotice
from exchange_app.consents.queries import Asked
from exchange_app.consents.rules import HEALTH_NOTE, Choices, complete, lacks_data, link_end
from exchange_app.consents.wording import Wording, essence_of, kept_periods, kept_wording, wording_of
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.sealing import keys, new_uid, sealed_context
from exchange_app.core.settings import setting
from exchange_app.rosters.models import Participant


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guardian says: yes or no to each point, under the name that they write."""

    choices: Choices
    given_by: str


def is_asking(booking: Booking, now: datetime) -> bool:
    """Whether guardians of this group are asked now."""
    return booking.state in CHANGEABLE and booking.departure.today(now) <= booking.departure.ends_on


def make_links(booking: Booking, children: Sequence[Participant], *, by: User, now: datetime) -> Mapping[str, str]:
    """A new link for each child, by the child's ``uid``; the tokens are known only now. Earlier links of these children
    lead nowhere any more. Raises NotAskedNow."""
    if not is_asking(booking, now):
        raise NotAskedNow()
    tokens = {child.uid: secrets.token_urlsafe(32) for child in children}
    if tokens:
        earlier = ConsentLink.person_uid.in_(list(tokens)), ConsentLink.replaced_at.is_(None)
        change_rows(update(ConsentLink).where(ConsentLink.booking_id == booking.id, *earlier).values(replaced_at=now))
        db.session.execute(insert(ConsentLink), [_link(booking, uid, token, by, now) for uid, token in tokens.items()])
    return tokens


def _link(booking: Booking, uid: str, token: str, by: User, now: datetime) -> dict[str, object]:
    return {
        "booking_id": booking.id,
        "person_uid": uid,
        "token_hash": queries.token_hash(token),
        "made_at": now,
        "made_by_id": by.id,
        "ends_at": link_end(booking.departure.ends_on, booking.departure.zone, setting("ROSTERS_KEPT_DAYS")),
    }


def answer_by_link(token: str, answer: Answer, *, seen: str, now: datetime) -> None:
    """``seen`` is the hash of the text that the guardian read. The same answer sent twice is kept once. Raises
    NothingToAnswer, TextChanged, DataNeeded and as `queries.get_asked` does."""
    asked = lock_asked(token, now)
    if not is_asking(asked.booking, now):
        raise NothingToAnswer()
    wording = wording_of(asked.booking)
    if wording.text_hash != seen:
        raise TextChanged()
    choices = _checked(wording, answer)
    last = asked.answer
    if last is not None and last.withdrawn_at is None and (last.choices, last.given_by) == (choices, answer.given_by):
        return
    notice = keep_notice(asked.booking, wording, now)
    given = _new_answer(asked.booking, asked.child, notice, choices, now)
    given.method, given.link_id = ConsentMethod.LINK, asked.link.id
    given.given_by = answer.given_by
    db.session.add(given)
    _heed(asked.child, choices)


def withdraw_by_link(token: str, *, now: datetime) -> None:
    """Raises NothingToWithdraw and as `queries.get_asked` does."""
    asked = lock_asked(token, now)
    withdraw(asked.booking, asked.child, now)


def record_paper(
    booking: Booking,
    person_id: int,
    answer: Answer,
    *,
    text: str,
    signed_on: date,
    by: User,
    now: datetime,
) -> None:
    """An answer on paper; ``text`` is the hash of what was signed. Raises NotAskedNow, SignedLater, TextUnknown,
    DataNeeded, PersonNotFound or NotAPupil."""
    child = queries.get_child(booking, person_id)
    if not is_asking(booking, now):
        raise NotAskedNow()
    if signed_on > booking.departure.today(now):
        raise SignedLater()
    notice = _signed_notice(booking, text, now)
    choices = _checked(kept_wording(notice.words), answer)
    given = _new_answer(booking, child, notice, choices, now)
    given.method, given.recorded_by_id, given.signed_on = ConsentMethod.PAPER, by.id, signed_on
    given.given_by = answer.given_by
    db.session.add(given)
    _heed(child, choices)


def record_withdrawal(booking: Booking, person_id: int, *, by: User, now: datetime) -> None:
    """The guardian told the school. Raises NothingToWithdraw, PersonNotFound or NotAPupil."""
    child = queries.get_child(booking, person_id)
    withdraw(booking, child, now, recorded_by=by)


def keep_notice(booking: Booking, wording: Wording, now: datetime) -> ConsentNotice:
    """The text as it is kept; the same words are kept once."""
    uid, words = new_uid(), json.dumps(wording.words, ensure_ascii=False, sort_keys=True)
    promised = kept_periods()
    db.session.execute(
        insert_unless_there(ConsentNotice).values(
            uid=uid,
            booking_id=booking.id,
            text_hash=wording.text_hash,
            essence=essence_of(booking.departure),
            words_json_sealed=keys().seal(words, sealed_context(ConsentNotice.__tablename__, "words_json", uid)),
            written_at=now,
            documents_days=promised.documents,
            rosters_days=promised.rosters,
            answers_days=promised.answers,
        )
    )
    notice = queries.find_notice(booking.id, wording.text_hash)
    assert notice is not None
    return notice


def lock_asked(token: str, now: datetime) -> Asked:
    """One after the other with whoever changes the roster or answers about the same group. Raises as
    `queries.get_asked` does."""
    link = queries.find_link(token)
    if link is not None:
        db.session.execute(select(Booking.id).where(Booking.id == link.booking_id).with_for_update(key_share=True))
        db.session.refresh(link)
    return queries.get_asked(token, now)


def _checked(wording: Wording, answer: Answer) -> dict[str, bool]:
    choices = complete(wording.keys, answer.choices)
    if lacks_data(choices):
        raise DataNeeded()
    return choices


def _signed_notice(booking: Booking, text: str, now: datetime) -> ConsentNotice:
    wording = wording_of(booking)
    if text == wording.text_hash:
        return keep_notice(booking, wording, now)
    notice = queries.find_notice(booking.id, text)
    if notice is None or notice.essence != essence_of(booking.departure):
        raise TextUnknown()
    return notice


def _new_answer(
    booking: Booking, child: Participant, notice: ConsentNotice, choices: Choices, now: datetime
) -> ConsentAnswer:
    answer = ConsentAnswer(
        uid=new_uid(),
        booking_id=booking.id,
        person_uid=child.uid,
        notice_id=notice.id,
        essence=notice.essence,
        choices=dict(choices),
        at=now,
    )
    answer.child_name = child.name
    return answer


def withdraw(booking: Booking, child: Participant, now: datetime, recorded_by: User | None = None) -> None:
    """At any time, and though something else is asked by now. Raises NothingToWithdraw."""
    answer = queries.find_standing(booking, child)
    if answer is None:
        raise NothingToWithdraw()
    answer.withdrawn_at = now
    answer.withdrawal_recorded_by_id = recorded_by.id if recorded_by else None
    _heed(child, dict.fromkeys(answer.choices, False))


def _heed(child: Participant, choices: Choices) -> None:
    """Nothing is kept that the guardian does not want kept."""
    if HEALTH_NOTE in choices:
        child.is_health_note_refused = not choices[HEALTH_NOTE]
        if child.is_health_note_refused:
            child.health_note = None
