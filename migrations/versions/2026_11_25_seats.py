"""seats: slots, allotments, waiting list, approvals, changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    add_columns()
    make_tables()
    change_tables()
    now = datetime.now(UTC)
    fill_columns(now)
    keep_unfilled_seats(now)
    make_slots(now)


def downgrade() -> None:
    give_seats_back()
    forget_what_is_new(datetime.now(UTC))
    change_tables_back()
    drop_tables()
    drop_columns()


# ------------------------------------------------------------------------------------------------------- both engines


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """A check of one column, for ADD COLUMN: both engines add it without writing the table anew."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def change_check(batch: Any, name: str, condition: str) -> None:
    batch.drop_constraint(op.f(name), type_="check")
    batch.create_check_constraint(op.f(name), condition)


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


# ------------------------------------------------------------------------------------------------------------- tables


def add_columns() -> None:
    """Rows that are there get the default; `fill_columns` then says better."""
    op.add_column(
        "cities",
        sa.Column(
            "supervision",
            sa.String(32),
            check("cities", "supervisionrule", "supervision IN ('warn', 'block')"),
            nullable=False,
            server_default="block",
        ),
    )
    op.add_column(
        "menu_items",
        sa.Column(
            "slot_capacity",
            sa.Integer(),
            check("menu_items", "slot_capacity", "slot_capacity > 0"),
            nullable=False,
            server_default="1",
        ),
    )
    op.add_column("menu_items", sa.Column("timetable", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "departures",
        sa.Column(
            "called_off_cause",
            sa.String(32),
            check("departures", "cause", "called_off_cause IN ('minimum', 'weather', 'safety', 'other')"),
            nullable=True,
        ),
    )
    op.add_column(
        "pools",
        sa.Column("short", sa.Integer(), check("pools", "short", "short >= 0"), nullable=False, server_default="0"),
    )
    op.add_column("packages", sa.Column("approvals", sa.JSON(), nullable=False, server_default="[]"))
    op.execute(PACKAGES.update().where(PACKAGES.c.approval == "host").values(approvals=["host"]))


def drop_columns() -> None:
    op.drop_column("pools", "short")
    op.drop_column("departures", "called_off_cause")
    op.drop_column("menu_items", "timetable")
    op.drop_column("menu_items", "slot_capacity")
    op.drop_column("cities", "supervision")


def make_tables() -> None:
    op.create_table(
        "allotments",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("departure_id", row_id(), nullable=False),
        sa.Column("pool_id", row_id(), nullable=False),
        sa.Column("city_id", row_id(), nullable=True),
        sa.Column("school_id", row_id(), nullable=True),
        sa.Column("release_at", moment(), nullable=False),
        sa.Column("released_at", moment(), nullable=True),
        sa.CheckConstraint("(city_id IS NULL) <> (school_id IS NULL)", name=op.f("ck_allotments_one_holder")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_allotments_city_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_allotments_departure_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_allotments_pool_id")),
        sa.ForeignKeyConstraint(["school_id"], ["organisations.id"], name=op.f("fk_allotments_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotments")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_allotments_pool_id")),
    )
    op.create_index(op.f("ix_allotments_departure_id"), "allotments", ["departure_id"])
    partial_index("ix_allotments_release_at", "allotments", ["release_at"], "released_at IS NULL")
    op.create_table(
        "slots",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("menu_item_id", row_id(), nullable=False),
        sa.Column("starts_at", moment(), nullable=False),
        sa.Column("pool_id", row_id(), nullable=False),
        sa.ForeignKeyConstraint(["menu_item_id"], ["menu_items.id"], name=op.f("fk_slots_menu_item_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_slots_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("menu_item_id", "starts_at", name=op.f("uq_slots_menu_item_id_starts_at")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_slots_pool_id")),
    )
    op.create_table(
        "departure_slots",
        sa.Column("departure_id", row_id(), nullable=False),
        sa.Column("slot_id", row_id(), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departures.id"], name=op.f("fk_departure_slots_departure_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_departure_slots_slot_id")),
        sa.PrimaryKeyConstraint("departure_id", "slot_id", name=op.f("pk_departure_slots")),
    )
    op.create_index(op.f("ix_departure_slots_slot_id"), "departure_slots", ["slot_id"])
    op.create_table(
        "shortages",
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("pool_id", row_id(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_shortages_booking_id")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_shortages_pool_id")),
        sa.PrimaryKeyConstraint("booking_id", "pool_id", name=op.f("pk_shortages")),
    )
    op.create_index(op.f("ix_shortages_pool_id"), "shortages", ["pool_id"])
    op.create_table(
        "approvals",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("approver", one_of("approver", "school_head", "host", "education_bureau"), nullable=False),
        sa.Column("is_yes", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("by_id", row_id(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("taken_back_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_approvals_booking_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_approvals_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_booking_id"), "approvals", ["booking_id"])
    op.create_table(
        "change_requests",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("kind", one_of("changekind", "party", "move", "cancel", "roster"), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("asked_by_id", row_id(), nullable=False),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("decided_by_id", row_id(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_change_requests_asked_by_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_change_requests_booking_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_change_requests_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
    )
    partial_index("ix_change_requests_open", "change_requests", ["booking_id"], "decided_at IS NULL", unique=True)
    op.create_table(
        "followers",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("booking_id", row_id(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("since", moment(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_followers_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followers")),
        sa.UniqueConstraint("booking_id", "address_hash", name=op.f("uq_followers_booking_id_address_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_followers_uid")),
    )


def drop_tables() -> None:
    for table in ("followers", "change_requests", "approvals", "shortages", "departure_slots", "slots", "allotments"):
        op.drop_table(table)


def change_tables() -> None:
    """What changes a check, on SQLite writes the table anew; Alembic takes over the rows and all other checks."""
    with op.batch_alter_table("users") as users:
        change_check(users, "ck_users_role", "role IN ('leader', 'head', 'bureau', 'organiser', 'administrator')")
    with op.batch_alter_table("packages") as packages:
        packages.drop_constraint(op.f("ck_packages_approval"), type_="check")
        packages.drop_column("approval")
        packages.add_column(sa.Column("changes_until_days", sa.Integer(), nullable=False, server_default="7"))
        packages.create_check_constraint(op.f("ck_packages_changes_until_days"), "changes_until_days >= 0")
    op.drop_index("ix_bookings_hold_ends_at", "bookings")
    with op.batch_alter_table("bookings") as bookings:
        change_check(
            bookings,
            "ck_bookings_bookingstate",
            "state IN ('held', 'waiting', 'offered', 'submitted', 'confirmed', 'declined', 'cancelled', 'expired', 'lapsed', 'called_off', 'done')",
        )
        bookings.add_column(sa.Column("queued_at", moment(), nullable=True))
        bookings.add_column(sa.Column("times_passed", sa.Integer(), nullable=False, server_default="0"))
        bookings.add_column(sa.Column("approvals", sa.JSON(), nullable=False, server_default="[]"))
        bookings.add_column(sa.Column("awaiting", sa.String(32), nullable=True))
        bookings.add_column(sa.Column("awaiting_since", moment(), nullable=True))
        bookings.add_column(sa.Column("times_reminded", sa.Integer(), nullable=False, server_default="0"))
        bookings.add_column(sa.Column("roster_locked_at", moment(), nullable=True))
        bookings.add_column(sa.Column("roster_open_until", moment(), nullable=True))
        bookings.create_check_constraint(
            op.f("ck_bookings_approver"), "awaiting IN ('school_head', 'host', 'education_bureau')"
        )
    partial_index("ix_bookings_hold_ends_at", "bookings", ["hold_ends_at"], "state IN ('held', 'offered')")
    partial_index("ix_bookings_queued_at", "bookings", ["queued_at", "id"], "state = 'waiting'")
    partial_index("ix_bookings_awaiting", "bookings", ["awaiting", "school_id"], "awaiting IS NOT NULL")
    with op.batch_alter_table("claims") as claims:
        claims.add_column(sa.Column("allotment_id", row_id(), nullable=True))
        claims.alter_column("booking_id", existing_type=row_id(), nullable=True)
        claims.create_foreign_key(op.f("fk_claims_allotment_id"), "allotments", ["allotment_id"], ["id"])
        claims.create_unique_constraint(op.f("uq_claims_allotment_id_pool_id"), ["allotment_id", "pool_id"])
        change_check(claims, "ck_claims_seats", "seats > 0 OR (seats = 0 AND allotment_id IS NOT NULL)")
        claims.create_check_constraint(op.f("ck_claims_one_holder"), "(booking_id IS NULL) <> (allotment_id IS NULL)")


def change_tables_back() -> None:
    with op.batch_alter_table("claims") as claims:
        claims.drop_constraint(op.f("ck_claims_one_holder"), type_="check")
        change_check(claims, "ck_claims_seats", "seats > 0")
        claims.drop_constraint(op.f("uq_claims_allotment_id_pool_id"), type_="unique")
        claims.drop_constraint(op.f("fk_claims_allotment_id"), type_="foreignkey")
        claims.alter_column("booking_id", existing_type=row_id(), nullable=False)
        claims.drop_column("allotment_id")
    for index in ("ix_bookings_awaiting", "ix_bookings_queued_at", "ix_bookings_hold_ends_at"):
        op.drop_index(index, "bookings")
    with op.batch_alter_table("bookings") as bookings:
        bookings.drop_constraint(op.f("ck_bookings_approver"), type_="check")
        for column in ("queued_at", "times_passed", "approvals", "awaiting", "awaiting_since", "times_reminded"):
            bookings.drop_column(column)
        bookings.drop_column("roster_locked_at")
        bookings.drop_column("roster_open_until")
        change_check(
            bookings,
            "ck_bookings_bookingstate",
            "state IN ('held', 'submitted', 'confirmed', 'declined', 'cancelled', 'expired', 'called_off', 'done')",
        )
    partial_index("ix_bookings_hold_ends_at", "bookings", ["hold_ends_at"], "state = 'held'")
    op.add_column("packages", sa.Column("approval", sa.String(32), nullable=False, server_default="none"))
    asks = sa.func.json_array_length(PACKAGES.c.approvals) > 0
    op.execute(PACKAGES.update().where(asks).values(approval="host"))
    with op.batch_alter_table("packages") as packages:
        packages.drop_constraint(op.f("ck_packages_changes_until_days"), type_="check")
        packages.drop_column("changes_until_days")
        packages.drop_column("approvals")
        packages.alter_column("approval", existing_type=sa.String(32), server_default=None)
        packages.create_check_constraint(op.f("ck_packages_approval"), "approval IN ('none', 'host')")
    with op.batch_alter_table("users") as users:
        change_check(users, "ck_users_role", "role IN ('leader', 'organiser', 'administrator')")


# --------------------------------------------------------------------------------------------------------------- data


def light(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    """What a statement here has to know of a table."""
    return sa.table(name, *map(sa.column, columns), *(sa.column(column, kind) for column, kind in typed.items()))


CITIES = light("cities", "id", "time_zone")
USERS = light("users", "role", closed_at=moment())
MENU_ITEMS = light("menu_items", "id", "group_max", "slot_capacity")
PACKAGES = light("packages", "id", "host_city_id", "approval", approvals=sa.JSON())
STOPS = light("stops", "package_id", "menu_item_id", "day", starts=sa.Time())
POOLS = light("pools", "id", "capacity", "taken", "short", is_open=sa.Boolean())
DEPARTURES = light(
    "departures",
    "id",
    "package_id",
    "pool_id",
    "state",
    starts_on=sa.Date(),
    ends_on=sa.Date(),
    roster_due_at=moment(),
)
SLOTS = light("slots", "id", "menu_item_id", "pool_id", starts_at=moment())
DEPARTURE_SLOTS = light("departure_slots", "departure_id", "slot_id")
SHORTAGES = light("shortages", "booking_id")
ALLOTMENTS = light("allotments", "pool_id")
CLAIMS = light("claims", "pool_id", "booking_id", "seats")
BOOKINGS = light(
    "bookings",
    "id",
    "departure_id",
    "state",
    "awaiting",
    approvals=sa.JSON(),
    submitted_at=moment(),
    awaiting_since=moment(),
    hold_ends_at=moment(),
    roster_locked_at=moment(),
)
BOOKING_EVENTS = light("booking_events", "what")
LETTERS = light("letters", "kind", "state")


def fill_columns(now: datetime) -> None:
    """A slot takes whoever could come before; a group that waits for the host goes on waiting for it, from now on: nobody
    is reminded yet of what they were never asked to answer in time."""
    largest = (
        sa.select(sa.func.max(POOLS.c.capacity))
        .join_from(STOPS, DEPARTURES, DEPARTURES.c.package_id == STOPS.c.package_id)
        .join(POOLS, POOLS.c.id == DEPARTURES.c.pool_id)
        .where(STOPS.c.menu_item_id == MENU_ITEMS.c.id)
        .scalar_subquery()
    )
    op.execute(MENU_ITEMS.update().values(slot_capacity=MENU_ITEMS.c.group_max))
    op.execute(MENU_ITEMS.update().where(largest > MENU_ITEMS.c.slot_capacity).values(slot_capacity=largest))
    asked = (
        sa.select(DEPARTURES.c.id)
        .join(PACKAGES, PACKAGES.c.id == DEPARTURES.c.package_id)
        .where(sa.func.json_array_length(PACKAGES.c.approvals) > 0)
    )
    # Of those that still wait the host was asked, whatever their package says by now.
    was_asked = BOOKINGS.c.submitted_at.is_not(None) & BOOKINGS.c.departure_id.in_(asked)
    waits = BOOKINGS.c.state == "submitted"
    op.execute(BOOKINGS.update().where(was_asked | waits).values(approvals=["host"]))
    op.execute(BOOKINGS.update().where(waits).values(awaiting="host", awaiting_since=now))


def keep_unfilled_seats(now: datetime) -> None:
    """From now on a roster's deadline gives unfilled seats back, with a warning three days before. Groups who cannot be
    warned in time any more keep theirs."""
    due = sa.select(DEPARTURES.c.id).where(DEPARTURES.c.roster_due_at <= now + timedelta(days=3))
    op.execute(BOOKINGS.update().where(BOOKINGS.c.departure_id.in_(due)).values(roster_locked_at=now))


def make_slots(now: datetime) -> None:
    """Departures to come get the slots that opening them would make now, and their groups the seats there."""
    execute = op.get_bind().execute
    sizes = {item.id: item.slot_capacity for item in execute(sa.select(MENU_ITEMS))}
    for (menu_item_id, starts_at), departures in sorted(_departures_by_slot(now).items()):
        there = CLAIMS.c.pool_id.in_(list(departures.values()))
        taken = execute(sa.select(sa.func.coalesce(sa.func.sum(CLAIMS.c.seats), 0)).where(there)).scalar_one()
        pool = {"capacity": max(sizes[menu_item_id], taken), "taken": taken, "short": 0, "is_open": True}
        pool_id = execute(POOLS.insert().values(pool).returning(POOLS.c.id)).scalar_one()
        slot = {"menu_item_id": menu_item_id, "starts_at": starts_at, "pool_id": pool_id}
        slot_id = execute(SLOTS.insert().values(slot).returning(SLOTS.c.id)).scalar_one()
        execute(DEPARTURE_SLOTS.insert(), [{"departure_id": number, "slot_id": slot_id} for number in departures])
        claims = sa.select(CLAIMS.c.booking_id, sa.literal(pool_id, row_id()), CLAIMS.c.seats).where(there)
        execute(CLAIMS.insert().from_select(["booking_id", "pool_id", "seats"], claims))


def _departures_by_slot(now: datetime) -> dict[tuple[int, datetime], dict[int, int]]:
    """For each menu item and moment (UTC) the departures that stop there then, with their pools."""
    stops = op.get_bind().execute(
        sa.select(DEPARTURES, CITIES.c.time_zone, STOPS.c.menu_item_id, STOPS.c.day, STOPS.c.starts)
        .join_from(DEPARTURES, PACKAGES, PACKAGES.c.id == DEPARTURES.c.package_id)
        .join(CITIES, CITIES.c.id == PACKAGES.c.host_city_id)
        .join(STOPS, STOPS.c.package_id == PACKAGES.c.id)
        .where(DEPARTURES.c.state.in_(("open", "closed")), STOPS.c.menu_item_id.is_not(None))
    )
    found: dict[tuple[int, datetime], dict[int, int]] = {}
    for stop in stops:
        zone = ZoneInfo(stop.time_zone)
        if stop.ends_on >= now.astimezone(zone).date():
            day: date = stop.starts_on + timedelta(days=stop.day - 1)
            starts_at = datetime.combine(day, stop.starts, zone).astimezone(UTC)
            found.setdefault((stop.menu_item_id, starts_at), {})[stop.id] = stop.pool_id
    return found


def give_seats_back() -> None:
    """What stays are the claims of groups on departures, and pools that count these: slots and allotments go, and so
    does what is offered."""
    of_departures = sa.select(DEPARTURES.c.pool_id)
    op.execute(CLAIMS.delete().where(CLAIMS.c.pool_id.not_in(of_departures)))
    offered = sa.select(BOOKINGS.c.id).where(BOOKINGS.c.state == "offered")
    goes = CLAIMS.c.booking_id.is_(None) | CLAIMS.c.booking_id.in_(offered)
    freed = sa.select(sa.func.sum(CLAIMS.c.seats)).where(goes, CLAIMS.c.pool_id == POOLS.c.id).scalar_subquery()
    losing = POOLS.c.id.in_(sa.select(CLAIMS.c.pool_id).where(goes))
    op.execute(POOLS.update().where(losing).values(taken=POOLS.c.taken - freed))
    op.execute(CLAIMS.delete().where(goes))
    for table in (SHORTAGES, DEPARTURE_SLOTS, SLOTS, ALLOTMENTS):
        op.execute(table.delete())
    op.execute(POOLS.delete().where(POOLS.c.id.not_in(of_departures)))


def forget_what_is_new(now: datetime) -> None:
    """The program before this has no words for other states, roles, events and letters, and fails where it meets one.
    What was sent it can read."""
    ended = {"state": "expired", "hold_ends_at": None}
    op.execute(BOOKINGS.update().where(BOOKINGS.c.state.in_(("waiting", "offered", "lapsed"))).values(ended))
    op.execute(BOOKING_EVENTS.delete().where(BOOKING_EVENTS.c.what.not_in(KNOWN_EVENTS)))
    op.execute(LETTERS.delete().where(LETTERS.c.kind.not_in(KNOWN_LETTERS), LETTERS.c.state != "sent"))
    is_new = USERS.c.role.in_(("head", "bureau"))
    closed_at = sa.func.coalesce(USERS.c.closed_at, sa.literal(now, moment()))
    op.execute(USERS.update().where(is_new).values(role="leader", closed_at=closed_at))


KNOWN_EVENTS = (
    *("hold", "submit", "confirm", "decline", "cancel", "expire", "call_off", "finish"),
    *("contact", "roster", "person_added", "person_changed", "person_removed"),
)
KNOWN_LETTERS = (
    *("booking_submitted", "booking_confirmed", "booking_declined", "booking_cancelled", "booking_called_off"),
    *("organiser_notice", "organiser_cancellation"),
    *("reminder_roster_due", "reminder_three_days", "reminder_one_day"),
)
