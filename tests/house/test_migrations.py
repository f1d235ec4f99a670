"""The migrations make exactly the tables that the models say, take along what an installation holds, and can be taken
back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, MetaData, Table, inspect, select, text, update

from exchange_app.accounts.models import User
from exchange_app.bookings.approvals import remind_approvers
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Approver, MenuItem, Package
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Claim, Departure, DepartureSlot, Slot
from exchange_app.departures.slots import stops_of
from exchange_app.factory import create_app
from exchange_app.partners.models import City, Department, Organisation, SupervisionRule
from exchange_app.rosters.models import Participant
from exchange_app.rosters.service import lock_rosters
from tests.settings import make_settings


def differences() -> list[object]:
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata))


def checks_of_models() -> set[tuple[str, str]]:
    return {
        (table.name, str(constraint.name))
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def checks_of_database() -> set[tuple[str, str]]:
    look = inspect(db.engine)
    return {
        (table, str(check["name"])) for table in look.get_table_names() for check in look.get_check_constraints(table)
    }


def shape() -> dict[str, Any]:
    """The tables with their columns, keys, indexes and checks, as the database tells them, in no order."""
    look = inspect(db.engine)
    return {
        table: {
            "columns": _sorted((column["name"], str(column["type"]), column["nullable"]) for column in columns),
            "primary key": look.get_pk_constraint(table),
            "foreign keys": _sorted(look.get_foreign_keys(table)),
            "indexes": _sorted(map(_index, look.get_indexes(table))),
            "unique": _sorted(look.get_unique_constraints(table)),
            "checks": _sorted((check["name"], _plain(check["sqltext"])) for check in look.get_check_constraints(table)),
        }
        for table in look.get_table_names()
        if (columns := look.get_columns(table)) and table != "alembic_version"
    }


def _sorted(things: Iterable[Any]) -> list[str]:
    return sorted(map(repr, things))


def _index(index: Mapping[str, Any]) -> tuple[Any, ...]:
    options = {name: str(option) for name, option in index["dialect_options"].items()}
    return index["name"], index["column_names"], bool(index["unique"]), options


def _plain(condition: str) -> str:
    return condition.replace('"', "")


def test_tables_and_models_are_the_same(app: Flask) -> None:
    assert differences() == []


def test_every_check_of_the_models_is_in_the_database(app: Flask) -> None:
    """A check is what keeps a promise when a program is wrong; Alembic does not compare them."""
    assert ("pools", "ck_pools_never_oversold") in checks_of_models()
    assert checks_of_models() == checks_of_database()


def test_tables_are_as_the_models_would_make_them(app: Flask) -> None:
    """What Alembic does not compare: what checks say, and the conditions of partial indexes."""
    migrated = shape()
    downgrade(revision="base")
    db.create_all()
    assert migrated == shape()


def test_down_and_up_again(app: Flask) -> None:
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert differences() == []


# ------------------------------------------------------------------------------------- an installation, taken along

NOW = datetime.now(UTC)
COMING = NOW.date() + timedelta(days=40)
SUBMITTED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_numbers = itertools.count(1)


def tables() -> Mapping[str, Table]:
    """The tables as they are in the database now, whatever the models say."""
    known = MetaData()
    known.reflect(db.engine)
    return known.tables


def rows() -> dict[str, list[str]]:
    with db.engine.connect() as connection:
        return {
            name: _sorted(dict(sorted(row.items())) for row in connection.execute(select(table)).mappings())
            for name, table in tables().items()
            if name != "alembic_version"
        }


class Installation:
    """Rows as a revision has them, written past the models; ids are the database's own."""

    def __init__(self) -> None:
        self._tables = tables()

    def put(self, table: str, **values: Any) -> int:
        into = self._tables[table]
        with db.engine.begin() as connection:
            return int(connection.execute(into.insert().values(values).returning(into.c.id)).scalar_one())

    def link(self, table: str, **values: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(self._tables[table].insert().values(values))

    def put_user(self, organisation: int, role: str) -> int:
        number = next(_numbers)
        return self.put(
            "users",
            uid=f"user{number}",
            organisation_id=organisation,
            role=role,
            email=f"user{number}@test.example",
            password_hash="none",
            name="Somebody",
            language="en",
        )

    def put_item(self, city: int, base: int, **values: Any) -> int:
        menu = self.put(
            "menus",
            city_id=city,
            title={},
            introduction={},
            season_from=COMING,
            season_until=COMING,
            publication="published",
        )
        return self.put(
            "menu_items",
            **{
                "slug": f"item-{next(_numbers)}",
                "menu_id": menu,
                "base_id": base,
                "plan": "youth",
                "manner": "scene",
                "title": {"en": "Bronze drums"},
                "description": {},
                "safety_notes": {},
                "minutes": 60,
                "group_min": 1,
                "group_max": 20,
                "grade_from": 1,
                "grade_until": 12,
                "languages": [],
            }
            | values,
        )

    def put_package(self, city: int, organiser: int, approval: str) -> int:
        texts = ("title", "summary", "description", "included", "bring", "rules", "price_note", "supervision_basis")
        return self.put(
            "packages",
            slug=f"package-{next(_numbers)}",
            host_city_id=city,
            organiser_id=organiser,
            plan="youth",
            days=2,
            grade_from=1,
            grade_until=12,
            price_minor=0,
            currency="CNY",
            approval=approval,
            persons_per_adult=20,
            asks=[],
            publication="published",
            **{name: {} for name in texts},
        )

    def put_stop(self, package: int, item: int | None, day: int, starts: time) -> int:
        values = {"menu_item_id": item, "day": day, "starts": starts, "minutes": 60, "title": {}, "note": {}}
        return self.put("stops", package_id=package, **values)

    def put_departure(self, package: int, starts_on: date, state: str, capacity: int, taken: int) -> int:
        noon = datetime.combine(starts_on, time(12), UTC)
        return self.put(
            "departures",
            package_id=package,
            pool_id=self.put("pools", capacity=capacity, taken=taken, is_open=state == "open"),
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=1),
            meets_at=noon,
            meeting_point={},
            opens_at=noon - timedelta(days=60),
            closes_at=noon - timedelta(days=10),
            roster_due_at=noon - timedelta(days=5),
            minimum=1,
            persons_per_adult=20,
            supervision_basis={},
            state=state,
        )

    def put_booking(self, departure: int, leader: int, state: str, pupils: int, **values: Any) -> int:
        """A booking that has its seats in the departure's pool, if its state has any; the caller counts them there."""
        number = next(_numbers)
        users, departures = self._tables["users"], self._tables["departures"]
        with db.engine.connect() as connection:
            school = connection.scalar(select(users.c.organisation_id).where(users.c.id == leader))
            pool = connection.scalar(select(departures.c.pool_id).where(departures.c.id == departure))
        booking = self.put(
            "bookings",
            **{
                "uid": f"booking{number}",
                "code": f"{number:08}",
                "departure_id": departure,
                "school_id": school,
                "leader_id": leader,
                "form_token": f"form{number}",
                "pupils": pupils,
                "staff": 1,
                "named": 0,
                "state": state,
                "language": "en",
                "created_at": SUBMITTED_AT,
                "submitted_at": SUBMITTED_AT,
            }
            | values,
        )
        if state not in ("expired", "waiting", "lapsed"):
            self.put("claims", pool_id=pool, booking_id=booking, seats=pupils + 1)
        return booking

    def put_participants(self, booking: int, count: int) -> None:
        for position in range(count):
            self.put(
                "participants",
                uid=f"person{next(_numbers)}",
                booking_id=booking,
                position=position,
                role="pupil",
                identity_hash=f"{position:064}",
                name_sealed=b"sealed",
            )


@pytest.fixture
def old(app: Flask) -> dict[str, int]:
    """A database at revision 0001 with what an installation holds; the ids of what the tests look at."""
    downgrade(revision="0001")
    house = Installation()
    city = house.put("cities", code="650100", slug="urumqi", name={"en": "Urumqi"}, time_zone="Asia/Urumqi")
    office = house.put("organisations", city_id=city, kind="office", level="city", name={})
    school = house.put("organisations", city_id=city, kind="school", name={})
    leader, host = house.put_user(school, "leader"), house.put_user(office, "organiser")
    house.put("sign_ins", token_hash="0" * 64, user_id=leader, started_at=SUBMITTED_AT, ends_at=NOW)
    base = house.put("bases", slug="museum", city_id=city, kind="museum", name={}, description={}, address={})
    drums, kilns = house.put_item(city, base, group_max=50), house.put_item(city, base)
    asked, free = house.put_package(city, office, "host"), house.put_package(city, office, "none")
    for package in (asked, free):
        house.put_stop(package, drums, 1, time(9, 30))
    house.put_stop(asked, None, 1, time(12))
    house.put_stop(asked, kilns, 2, time(10))
    coming = house.put_departure(asked, COMING, "open", capacity=30, taken=25)
    beside = house.put_departure(free, COMING, "closed", capacity=40, taken=36)
    past = house.put_departure(asked, date(2026, 10, 9), "done", capacity=30, taken=4)
    submitted = house.put_booking(coming, leader, "submitted", 10)
    house.put_participants(submitted, 3)
    house.put("unmended_rows", uid="u", booking_id=submitted, row_number=4, values_json_sealed=b"", read_at=NOW)
    event = {"booking_id": submitted, "at": SUBMITTED_AT, "by_id": leader, "facts": {}}
    house.put("booking_events", what="submit", **event)
    held = house.put_booking(coming, leader, "held", 13, submitted_at=None, hold_ends_at=NOW)
    done = house.put_booking(past, leader, "done", 3)
    house.put_participants(done, 2)
    return {
        "city": city,
        "school": school,
        "leader": leader,
        "host": host,
        "drums": drums,
        "kilns": kilns,
        "asked": asked,
        "free": free,
        "coming": coming,
        "beside": beside,
        "submitted": submitted,
        "held": held,
        "done": done,
        "confirmed": house.put_booking(beside, leader, "confirmed", 35),
        "expired": house.put_booking(coming, leader, "expired", 9, submitted_at=None),
    }


def get(model: type[Any], number: int) -> Any:
    return db.session.get_one(model, number)


def claims_on(pool_id: int) -> dict[int, int]:
    claims = db.session.scalars(select(Claim).where(Claim.pool_id == pool_id))
    return {claim.booking_id or 0: claim.seats for claim in claims}


def test_what_an_installation_holds_is_taken_along(old: dict[str, int]) -> None:
    before = {name: len(found) for name, found in rows().items()}
    upgrade()
    after = {name: len(found) for name, found in rows().items()}
    assert {name: after[name] - count for name, count in before.items() if after[name] != count} == {
        "pools": 2,
        "claims": 5,
    }
    assert len(db.session.scalars(select(Participant).where(Participant.booking_id == old["submitted"])).all()) == 3
    assert get(City, old["city"]).supervision is SupervisionRule.BLOCK
    assert get(Package, old["asked"]).approvers == [Approver.HOST]
    assert get(Package, old["free"]).approvers == []
    assert get(Package, old["asked"]).changes_until_days == 7
    assert get(User, old["host"]).role is Role.ORGANISER
    assert get(Departure, old["coming"]).called_off_cause is None
    assert audit() == []


def test_a_group_that_waits_for_the_host_goes_on_waiting(old: dict[str, int]) -> None:
    before = datetime.now(UTC)
    upgrade()
    waits = get(Booking, old["submitted"])
    assert (waits.state, waits.approvers) == (BookingState.SUBMITTED, [Approver.HOST])
    assert waits.awaiting is Approver.HOST
    assert before <= waits.awaiting_since <= datetime.now(UTC)
    assert (waits.times_passed, waits.times_reminded, waits.roster_locked_at) == (0, 0, None)
    approvers = {name: get(Booking, old[name]).approvers for name in ("done", "held", "confirmed", "expired")}
    assert approvers == {"done": [Approver.HOST], "held": [], "confirmed": [], "expired": []}
    assert all(get(Booking, old[name]).awaiting is None for name in approvers)


def test_nobody_is_reminded_of_everything_when_a_new_version_starts(old: dict[str, int]) -> None:
    upgrade()
    noon = datetime.now(UTC).replace(hour=4, minute=0)  # in the host city, where nobody is reminded at night
    with transaction():
        assert remind_approvers(noon + timedelta(days=1)) == 0
        assert remind_approvers(noon + timedelta(days=3)) == 1


def test_who_was_not_warned_keeps_the_seats_that_nobody_is_named_for(old: dict[str, int]) -> None:
    """The deadline of a roster gives such seats back from now on."""
    with db.engine.begin() as connection:
        soon = update(Departure).where(Departure.id == old["beside"])
        connection.execute(soon.values(roster_due_at=datetime.now(UTC) + timedelta(days=2)))
    upgrade()
    with transaction():
        assert lock_rosters(datetime.now(UTC) + timedelta(days=3)) == 0
    assert get(Booking, old["confirmed"]).roster_locked_at is not None
    assert get(Booking, old["submitted"]).roster_locked_at is None


def test_a_group_waits_for_the_host_though_its_package_asks_nobody_now(old: dict[str, int]) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE packages SET approval = 'none'"))
    upgrade()
    waits = get(Booking, old["submitted"])
    assert (waits.approvers, waits.awaiting) == ([Approver.HOST], Approver.HOST)


def test_departures_to_come_have_their_slots(old: dict[str, int]) -> None:
    upgrade()
    coming = get(Departure, old["coming"])
    moments = [starts_at for _item, starts_at in stops_of(coming)]
    assert moments[0] == datetime.combine(COMING, time(3, 30), UTC)
    found = [
        db.session.scalars(select(Slot).where(Slot.menu_item_id == item.id, Slot.starts_at == starts_at)).one()
        for item, starts_at in stops_of(coming)
    ]
    drums, kilns = found
    assert [slot.starts_at for slot in found] == moments
    assert claims_on(drums.pool_id) == {old["submitted"]: 11, old["held"]: 14, old["confirmed"]: 36}
    assert claims_on(kilns.pool_id) == {old["submitted"]: 11, old["held"]: 14}
    places = select(DepartureSlot.departure_id, DepartureSlot.slot_id)
    assert set(map(tuple, db.session.execute(places))) == {
        (old["coming"], drums.id),
        (old["coming"], kilns.id),
        (old["beside"], drums.id),
    }


def test_a_slot_takes_whoever_could_come_before(old: dict[str, int]) -> None:
    """The museum's usual number, the largest group that a departure promised, and those who are coming already."""
    upgrade()
    assert (get(MenuItem, old["drums"]).slot_capacity, get(MenuItem, old["kilns"]).slot_capacity) == (50, 30)
    assert (get(MenuItem, old["drums"]).timetable, get(MenuItem, old["kilns"]).timetable) == ({}, {})
    pools = {slot.menu_item_id: slot.pool for slot in db.session.scalars(select(Slot))}
    assert (pools[old["drums"]].taken, pools[old["drums"]].capacity) == (61, 61)
    assert (pools[old["kilns"]].taken, pools[old["kilns"]].capacity) == (25, 30)
    assert all(pool.is_open and pool.short == 0 for pool in pools.values())


def test_down_everything_is_as_it_was_and_up_again(old: dict[str, int]) -> None:
    before, made = rows(), shape()
    upgrade()
    first = rows()
    downgrade(revision="0001")
    assert rows() == before
    assert shape() == made
    upgrade()
    assert {name: len(found) for name, found in rows().items()} == {name: len(found) for name, found in first.items()}
    assert audit() == []


@pytest.fixture
def new(old: dict[str, int]) -> dict[str, int]:
    """The same installation, upgraded, with what only the new revision knows."""
    upgrade()
    house = Installation()
    coming = get(Departure, old["coming"])
    slot_pools = list(db.session.scalars(select(Slot.pool_id).order_by(Slot.id)))
    pool = coming.pool_id
    db.session.remove()
    head, bureau = house.put_user(old["school"], "head"), house.put_user(old["school"], "bureau")
    offered = house.put_booking(old["coming"], old["leader"], "offered", 1, approvals=[], hold_ends_at=NOW)
    waiting = house.put_booking(old["coming"], old["leader"], "waiting", 20, approvals=[], queued_at=NOW)
    lapsed = house.put_booking(old["coming"], old["leader"], "lapsed", 2, approvals=[])
    own = house.put("pools", capacity=3, taken=1, short=0, is_open=True)
    values = {"departure_id": old["coming"], "pool_id": own, "school_id": old["school"], "release_at": NOW}
    allotment = house.put("allotments", **values)
    house.put("claims", pool_id=own, booking_id=old["submitted"], seats=1)
    for pool_id in (pool, *slot_pools):
        house.put("claims", pool_id=pool_id, allotment_id=allotment, seats=2)
    for pool_id in slot_pools:
        house.put("claims", pool_id=pool_id, booking_id=offered, seats=2)
    with db.engine.begin() as connection:
        pools = tables()["pools"]
        ours = pools.c.id.in_([pool, *slot_pools])
        raised = {"taken": pools.c.taken + 4, "capacity": pools.c.capacity + 4, "short": 1}
        connection.execute(pools.update().where(ours).values(raised))
    for pool_id in (pool, *slot_pools):
        house.link("shortages", booking_id=waiting, pool_id=pool_id)
    house.put("booking_events", booking_id=waiting, at=NOW, what="queue", facts={})
    for kind, state in (("booking_queued", "pending"), ("booking_queued", "sent"), ("booking_submitted", "pending")):
        house.put(
            "letters",
            uid=f"letter{next(_numbers)}",
            key=f"letter{next(_numbers)}",
            kind=kind,
            subject_id=waiting,
            facts={},
            language="en",
            address_sealed=b"",
            state=state,
            written_at=NOW,
            due_at=NOW,
            next_look_at=NOW,
            attempts=0,
            failures=0,
        )
    answer = {"booking_id": old["submitted"], "approver": "school_head", "is_yes": True, "comment": ""}
    house.put("approvals", **answer, by_id=head, at=NOW)
    asked = {"booking_id": old["submitted"], "kind": "cancel", "facts": {}, "reason": "Flu"}
    house.put("change_requests", **asked, asked_at=NOW, asked_by_id=old["leader"])
    assert audit() == []
    db.session.remove()
    ids = {"head": head, "bureau": bureau, "offered": offered, "waiting": waiting, "lapsed": lapsed, "pool": pool}
    return old | ids


def test_down_only_what_is_new_is_lost(new: dict[str, int]) -> None:
    downgrade(revision="0001")
    with db.engine.connect() as connection:
        found = {
            name: {row.id: row for row in connection.execute(select(table))}
            for name, table in tables().items()
            if "id" in table.c
        }
    ended = [found["bookings"][new[name]] for name in ("offered", "waiting", "lapsed")]
    assert [(booking.state, booking.hold_ends_at) for booking in ended] == [("expired", None)] * 3
    assert found["bookings"][new["submitted"]].state == "submitted"
    claims = {(claim.booking_id, claim.pool_id): claim.seats for claim in found["claims"].values()}
    of_coming = {booking: number for (booking, pool), number in claims.items() if pool == new["pool"]}
    assert of_coming == {new["submitted"]: 11, new["held"]: 14}
    assert {departure.pool_id for departure in found["departures"].values()} == set(found["pools"])
    counted = {number: sum(part for (_, pool), part in claims.items() if pool == number) for number in found["pools"]}
    assert {number: pool.taken for number, pool in found["pools"].items()} == counted
    people = [found["users"][new[name]] for name in ("head", "bureau")]
    assert [user.role for user in people] == ["leader"] * 2
    assert all(user.closed_at is not None for user in people)
    assert found["users"][new["leader"]].closed_at is None
    assert [event.what for event in found["booking_events"].values()] == ["submit"]
    letters = {(letter.kind, letter.state) for letter in found["letters"].values()}
    assert letters == {("booking_queued", "sent"), ("booking_submitted", "pending")}
    assert len(found["participants"]) == 5
    assert {name: found["packages"][new[name]].approval for name in ("asked", "free")} == {
        "asked": "host",
        "free": "none",
    }
    upgrade()
    assert audit() == []


def test_departments_become_a_list_and_words_again(old: dict[str, int]) -> None:
    with db.engine.begin() as connection:
        ids = list(connection.scalars(text("SELECT id FROM organisations ORDER BY id")))
        for organisation_id, word in zip(ids, ("教育", "health", "教育"), strict=False):
            values = {"word": word, "id": organisation_id}
            connection.execute(text("UPDATE organisations SET department = :word WHERE id = :id"), values)
    upgrade()
    department = db.session.scalars(select(Organisation).where(Organisation.id == ids[0])).one().department
    assert department is not None
    assert department.name.in_language("zh_Hans") == "教育"
    db.session.add(Department(slug="new", name=department.name))
    db.session.commit()
    downgrade(revision="0016")
    with db.engine.connect() as connection:
        words = list(connection.scalars(text("SELECT department FROM organisations ORDER BY id")))
    assert words[: len(ids)] == [("教育", "health", "教育")[at] if at < 3 else None for at in range(len(ids))]
    upgrade()


def test_sqlite_stores_nothing_of_a_migration_that_leaves_rows_behind(sqlite_url: str) -> None:
    """Its foreign keys are off while tables are written anew, so they are looked at before the commit."""
    with create_app(make_settings(DATABASE_URL=sqlite_url)).app_context():
        downgrade(revision="0001")
        before = shape()
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute("INSERT INTO counties (city_id, code, name) VALUES (7, '450102', '{}')")
            driver.execute("PRAGMA foreign_keys=ON")
        with pytest.raises(SystemExit):
            upgrade()
        assert shape() == before
        with db.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        db.session.remove()
        db.engine.dispose()
