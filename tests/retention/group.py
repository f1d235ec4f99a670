"""A group of which everything is kept that can be, and what of it is left in any table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select, update

from exchange_app.accounts.models import User
from exchange_app.bookings import changes, messages
from exchange_app.bookings.followers import follow
from exchange_app.bookings.messages import Text
from exchange_app.bookings.models import Approval, Booking, ChangeKind
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Approver
from exchange_app.consents import service as consents
from exchange_app.consents.queries import list_children
from exchange_app.consents.service import Answer
from exchange_app.consents.wording import wording_of
from exchange_app.core.database import Model, db
from exchange_app.core.roles import Role
from exchange_app.core.sealing import keys, sealed_context
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.retention.service import carry_out
from exchange_app.rosters import service as rosters
from exchange_app.rosters.asked import asked_before_confirmation
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.reading import read_pasted
from exchange_app.rosters.rules import Sheet
from exchange_app.trips import arrangements, disclosures, incidents, roll, survey
from exchange_app.trips.incidents import Happening
from exchange_app.trips.rules import PlaceKind, Presence, Question
from tests.builders import NOW, make_city, make_departure, make_leader, make_package, make_user
from tests.rosters.sheet import pasted

ASKS = [
    {"field": field, "reason": {"en": "Needed", "zh_Hans": "需要"}}
    for field in ("birth_date", "sex", "document_type", "document_number", "health_note", "meal_need")
]
HEADINGS = (
    "身份", "姓名", "班级", "监护人姓名", "监护人电话", "备用电话",
    "出生日期", "性别", "证件类型", "证件号码", "健康备注", "用餐需求",
)  # fmt: skip
CHILDREN = [
    ("学生", "覃小甲", "五年级乙班", "覃大甲", "13900010001", "13911150001",
     "2013-03-15", "男", "居民身份证", "459900201303150017", "花生过敏严重", "不吃香菜"),
    ("学生", "韦小乙", "五年级乙班", "韦大乙", "13900010002", "13911150002",
     "2013-05-01", "女", "护照", "EK0099887", "", ""),
]  # fmt: skip
TEACHER = (
    "带队教师",
    "李老丙",
    "",
    "",
    "13800020003",
    "",
    "1985-05-05",
    "女",
    "护照",
    "EK0099886",
    "高血压用药",
    "素食套餐",
)
UNMENDED = ("学生", "农小丁", "五年级乙班", "农大丁", "不知道电话", "", "", "", "", "EK0099885", "哮喘喷雾", "")
DOCUMENTS = ("459900201303150017", "EK0099887", "EK0099886", "花生过敏严重", "高血压用药", "不吃香菜", "素食套餐",
             "农小丁", "EK0099885", "哮喘喷雾")  # fmt: skip
ROSTER = ("覃小甲", "韦小乙", "李老丙", "五年级乙班", "覃大甲", "韦大乙", "13900010001", "13911150001", "13800020003",
          "2013-03-15", "Wei Contact", "contact@planted.example", "13900077777", "Room of the two", "Own call of Wei",
          "Reason about Qin", "Comment about Qin", "Message about Qin", "Subject about Qin", "Nurse Huang")  # fmt: skip
FAMILY = "family@planted.example"
INCIDENT = "She fell at the drum tower"
LOOKED = "To call the planted family"
CONTACT = Contact("Wei Contact", "contact@planted.example", "13900077777")


def make_trip(zone: str = "Asia/Shanghai") -> Booking:
    """A confirmed group whose package asks for everything; of its four rows one is to be mended."""
    with transaction():
        package = make_package(asks=ASKS, days=2, host_city=make_city(time_zone=zone), changes_until_days=0)
        return register(make_departure(package), make_leader())


def register(departure: Departure, leader: User) -> Booking:
    """Within a transaction; document numbers come once it is confirmed."""
    rows = [*CHILDREN, TEACHER, UNMENDED]
    asked = asked_before_confirmation(departure.package)
    first = read_pasted(pasted([row for row in rows if row is not UNMENDED], HEADINGS), asked, today=NOW.date())
    party, token = Party(3, 1), f"form-{departure.id}-{leader.id}"
    booking = rosters.register_group(departure, party, first, CONTACT, form_token=token, by=leader, now=NOW)
    later = read_pasted(pasted(rows, HEADINGS), rosters.asked_of(booking), today=NOW.date())
    rosters.import_roster(booking, later, by=leader, now=NOW)
    return booking


def live_through(booking: Booking) -> None:
    """Everything that can be written about a group, on its way to having travelled."""
    departure, leader = booking.departure, booking.leader
    with transaction():
        host = make_user(departure.package.organiser, Role.ORGANISER)
        children = list_children(booking.id)
        tokens = consents.make_links(booking, children, by=leader, now=NOW)
        wording = wording_of(booking)
        for child in children:
            answer = Answer(dict.fromkeys(wording.keys, True), child.guardian_name or "")
            consents.answer_by_link(tokens[child.uid], answer, seen=wording.text_hash, now=NOW)
        follow(booking, FAMILY, language="en", now=NOW)
        first, second = sorted(child.id for child in children)
        arrangements.add_places(booking, PlaceKind.ROOM, count=1, capacity=4, sex=None)
        db.session.flush()
        place = next(iter(arrangements.layouts_of(booking)[PlaceKind.ROOM].spots))
        arrangements.change_place(booking, place.id, label="Room of the two", capacity=4, sex=None)
        arrangements.move_people(booking, PlaceKind.ROOM, {first: place.id, second: place.id})
        arrangements.add_wish(booking, first, second)
        roll.add_call(booking, "Own call of Wei", departure.meets_at, form_token="call")
        db.session.flush()
        call = roll.queries.list_calls([booking.id])[0]
        roll.keep_entries(
            booking,
            [roll.Entry("phone:1", call.id, NOW, first, Presence.PRESENT)],
            sent_at=NOW,
            by=leader,
            now=NOW,
        )
        disclose(booking, Sheet.HEALTH, purpose=LOOKED, by=leader, now=departure.meets_at)
        disclosures.write_notes(departure, emergency=Translated(en="Nurse Huang"), names_reason=Translated())
        changes.ask_change(booking, ChangeKind.CANCEL, reason="Reason about Qin", by=leader, now=NOW)
        changes.refuse_change(booking, comment="Comment about Qin", by=host, now=NOW)
        db.session.add(
            Approval(
                booking_id=booking.id,
                approver=Approver.HOST,
                is_yes=True,
                comment="Comment about Qin",
                by_id=host.id,
                at=NOW,
            )
        )
        text = Text(subject="Subject about Qin", words="Message about Qin")
        messages.send_message(departure, text, to=[BookingState.CONFIRMED], form_token="m", by=host, now=NOW)
        happening = Happening(departure.meets_at, "Ningming", INCIDENT, 1, [first])
        incidents.report_incident(booking, happening, form_token="i", by=leader, now=departure.meets_at)
    with transaction():
        ends = datetime.combine(departure.ends_on, departure.meets_at.time(), ZoneInfo("UTC"))
        marks = dict.fromkeys(Question, 5)
        survey.reply(booking, marks, form_token="r", now=ends)
        booking.state = BookingState.DONE
        db.session.execute(update(Letter).values(state=LetterState.SENT, next_look_at=NOW))


def run(now: datetime) -> None:
    """As the worker does it."""
    while True:
        with transaction():
            more = carry_out(now)
        if not more:
            break
    db.session.expire_all()


def midnight(booking: Booking, days: int) -> datetime:
    """When the day begins in the host city, so many after the last one."""
    departure = booking.departure
    return datetime.combine(departure.ends_on + timedelta(days=days), datetime.min.time(), departure.zone)


def everything_kept() -> str:
    """Every value of every table, sealed ones opened."""
    return "\n".join(_values())


def _values() -> Iterator[str]:
    db.session.rollback()
    sealed = {mapper.local_table.name: mapper.class_ for mapper in Model.registry.mappers}
    for name in inspect(db.engine).get_table_names():
        if name == "alembic_version":
            continue
        table = sealed[name].__table__
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                yield f"{name}.{column}: {_opened(name, str(column), value, row)}"


def _opened(table: str, column: str, value: Any, row: Any) -> str:
    if isinstance(value, bytes):
        return keys().open(value, sealed_context(table, column.removesuffix("_sealed"), row["uid"]))
    return json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else value


def left_of(words: tuple[str, ...]) -> list[str]:
    kept = everything_kept()
    return [word for word in words if word in kept]
