"""festivals, campaigns and invitations to them, stories with photos, mentions in the media, how often it was read."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

PLANS = ("youth", "community", "tourism")


def upgrade() -> None:
    op.create_table(
        "festivals",
        key(),
        reference("city_id", nullable=True),
        words("name"),
        words("text"),
        sa.Column("reckoning", one_of(("lunar", "solar"), "reckoning"), nullable=False),
        number("month"),
        number("day"),
        number("days"),
        sa.CheckConstraint("1 <= month AND month <= 12", name=op.f("ck_festivals_month")),
        sa.CheckConstraint("1 <= day AND day <= 31", name=op.f("ck_festivals_day")),
        sa.CheckConstraint("1 <= days AND days <= 31", name=op.f("ck_festivals_days")),
        foreign("festivals", "city_id", "cities"),
        primary("festivals"),
    )
    indexes("festivals", "city_id")
    op.create_table(
        "campaigns",
        key(),
        reference("office_id"),
        reference("city_id"),
        reference("festival_id", nullable=True),
        sa.Column("plan", one_of(PLANS, "plan"), nullable=False),
        words("title"),
        words("text"),
        words("place"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("publication", one_of(("draft", "published", "withdrawn"), "publication"), nullable=False),
        moment("published_at", nullable=True),
        moment("changed_at"),
        reference("changed_by_id"),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_campaigns_dates")),
        sa.CheckConstraint("(publication = 'draft') = (published_at IS NULL)", name=op.f("ck_campaigns_published_at")),
        foreign("campaigns", "office_id", "organisations"),
        foreign("campaigns", "city_id", "cities"),
        foreign("campaigns", "festival_id", "festivals", ondelete="SET NULL"),
        foreign("campaigns", "changed_by_id", "users"),
        primary("campaigns"),
    )
    indexes("campaigns", "office_id", "city_id", "festival_id", "starts_on")
    op.create_table(
        "campaign_links",
        key(),
        reference("campaign_id"),
        reference("package_id", nullable=True),
        reference("departure_id", nullable=True),
        sa.CheckConstraint("(package_id IS NULL) <> (departure_id IS NULL)", name=op.f("ck_campaign_links_one_thing")),
        foreign("campaign_links", "campaign_id", "campaigns", ondelete="CASCADE"),
        foreign("campaign_links", "package_id", "packages", ondelete="CASCADE"),
        foreign("campaign_links", "departure_id", "departures", ondelete="CASCADE"),
        primary("campaign_links"),
        unique("campaign_links", "campaign_id", "package_id"),
        unique("campaign_links", "campaign_id", "departure_id"),
    )
    indexes("campaign_links", "package_id", "departure_id")
    op.create_table(
        "event_invitations",
        key(),
        reference("campaign_id"),
        reference("city_id"),
        sa.Column("words", sa.String(2000), nullable=False),
        moment("invited_at"),
        reference("invited_by_id"),
        sa.Column("answer", one_of(("yes", "no"), "answer"), nullable=True),
        number("people"),
        sa.Column("answer_words", sa.String(2000), nullable=False),
        moment("answered_at", nullable=True),
        reference("answered_by_id", nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_event_invitations_answered_at")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_event_invitations_people")),
        foreign("event_invitations", "campaign_id", "campaigns", ondelete="CASCADE"),
        foreign("event_invitations", "city_id", "cities"),
        foreign("event_invitations", "invited_by_id", "users"),
        foreign("event_invitations", "answered_by_id", "users"),
        primary("event_invitations"),
        unique("event_invitations", "campaign_id", "city_id"),
    )
    indexes("event_invitations", "city_id")
    op.create_table(
        "stories",
        key(),
        reference("departure_id"),
        reference("office_id"),
        reference("city_id"),
        reference("author_id"),
        words("title"),
        words("text"),
        sa.Column("state", one_of(("draft", "proposed", "published", "withdrawn"), "storystate"), nullable=False),
        moment("changed_at"),
        moment("proposed_at", nullable=True),
        moment("published_at", nullable=True),
        reference("checked_by_id", nullable=True),
        sa.Column("checker_words", sa.String(1000), nullable=False),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id <> author_id", name=op.f("ck_stories_second_person")
        ),
        sa.CheckConstraint("state <> 'published' OR checked_by_id IS NOT NULL", name=op.f("ck_stories_checked")),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_stories_published_at")),
        foreign("stories", "departure_id", "departures"),
        foreign("stories", "office_id", "organisations"),
        foreign("stories", "city_id", "cities"),
        foreign("stories", "author_id", "users"),
        foreign("stories", "checked_by_id", "users"),
        primary("stories"),
    )
    indexes("stories", "departure_id", "office_id", "city_id", "author_id", "published_at")
    op.create_table(
        "story_photos",
        key(),
        reference("story_id", nullable=True),
        reference("campaign_id", nullable=True),
        reference("booking_id", nullable=True),
        sa.Column("content", sa.String(40), nullable=False),
        sa.Column("shows", one_of(("nobody", "children"), "shows"), nullable=False),
        words("alternative"),
        sa.Column("credit", sa.String(100), nullable=False),
        moment("added_at"),
        reference("added_by_id"),
        reference("named_by_id", nullable=True),
        moment("checked_at", nullable=True),
        reference("checked_by_id", nullable=True),
        sa.CheckConstraint("(story_id IS NULL) <> (campaign_id IS NULL)", name=op.f("ck_story_photos_one_owner")),
        sa.CheckConstraint("(shows = 'children') = (booking_id IS NOT NULL)", name=op.f("ck_story_photos_group")),
        sa.CheckConstraint("campaign_id IS NULL OR shows = 'nobody'", name=op.f("ck_story_photos_campaign")),
        sa.CheckConstraint("(checked_by_id IS NULL) = (checked_at IS NULL)", name=op.f("ck_story_photos_checked_at")),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id <> added_by_id", name=op.f("ck_story_photos_second_person")
        ),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR named_by_id IS NULL OR checked_by_id <> named_by_id",
            name=op.f("ck_story_photos_not_namer"),
        ),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR shows = 'nobody' OR named_by_id IS NOT NULL",
            name=op.f("ck_story_photos_named"),
        ),
        foreign("story_photos", "story_id", "stories", ondelete="CASCADE"),
        foreign("story_photos", "campaign_id", "campaigns", ondelete="CASCADE"),
        foreign("story_photos", "booking_id", "bookings"),
        foreign("story_photos", "added_by_id", "users"),
        foreign("story_photos", "named_by_id", "users"),
        foreign("story_photos", "checked_by_id", "users"),
        primary("story_photos"),
    )
    indexes("story_photos", "story_id", "campaign_id", "booking_id", "content")
    op.create_table(
        "photo_persons",
        reference("photo_id"),
        sa.Column("person_uid", sa.String(32), nullable=False),
        foreign("photo_persons", "photo_id", "story_photos", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("photo_id", "person_uid", name=op.f("pk_photo_persons")),
    )
    indexes("photo_persons", "person_uid")
    op.create_table(
        "media_mentions",
        key(),
        reference("city_id"),
        reference("agreement_id", nullable=True),
        words("title"),
        sa.Column("medium", sa.String(100), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        reference("added_by_id"),
        foreign("media_mentions", "city_id", "cities"),
        foreign("media_mentions", "agreement_id", "agreements"),
        foreign("media_mentions", "added_by_id", "users"),
        primary("media_mentions"),
    )
    indexes("media_mentions", "city_id", "agreement_id", "published_on")
    op.create_table(
        "reach_days",
        key(),
        reference("story_id", nullable=True),
        reference("campaign_id", nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        number("views"),
        sa.CheckConstraint("(story_id IS NULL) <> (campaign_id IS NULL)", name=op.f("ck_reach_days_one_thing")),
        foreign("reach_days", "story_id", "stories", ondelete="CASCADE"),
        foreign("reach_days", "campaign_id", "campaigns", ondelete="CASCADE"),
        primary("reach_days"),
        unique("reach_days", "story_id", "day"),
        unique("reach_days", "campaign_id", "day"),
    )


def downgrade() -> None:
    for table in (
        "reach_days",
        "media_mentions",
        "photo_persons",
        "story_photos",
        "stories",
        "event_invitations",
        "campaign_links",
        "campaigns",
        "festivals",
    ):
        op.drop_table(table)


def key() -> Any:
    return sa.Column("id", row_id(), nullable=False)


def reference(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, row_id(), nullable=nullable)


def words(name: str) -> Any:
    return sa.Column(name, sa.JSON(), nullable=False)


def number(name: str) -> Any:
    return sa.Column(name, sa.Integer(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def one_of(values: tuple[str, ...], name: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def foreign(table: str, column: str, to: str, *, ondelete: str | None = None) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def primary(table: str) -> Any:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def unique(table: str, *columns: str) -> Any:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def row_id() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
