"""Which letter goes to whom when an account, what proves who its owner is, or its sign-ins change."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.models import AccountLink, User
from exchange_app.accounts.ways import recipient_of, ways_of
from exchange_app.outbox.models import Channel
from exchange_app.outbox.service import letter_to, stamp, write_letters
from exchange_app.outbox.ways import Recipient, Way


def write_opened(link: AccountLink, now: datetime) -> None:
    _write_link(link, "account_opened", link.user.email, now)


def write_password_reset(link: AccountLink, now: datetime) -> None:
    _write_link(link, "password_reset", link.user.email, now)


def write_forgotten(link: AccountLink, now: datetime) -> None:
    _write_link(link, "password_forgotten", link.user.email, now)


def write_new_address(link: AccountLink, now: datetime) -> None:
    _write_link(link, "new_address", str(link.email), now)


def write_closed(user: User, now: datetime) -> None:
    _write(user, "account_closed", _stamped("closed", now), now)


def write_reopened(user: User, now: datetime) -> None:
    _write(user, "account_reopened", _stamped("reopened", now), now)


def write_password_changed(user: User, now: datetime) -> None:
    _write(user, "password_changed", _stamped("password_changed", now), now)


def write_second_factors_changed(user: User, now: datetime) -> None:
    _write(user, "second_factors_changed", _stamped("second_factors_changed", now), now)


def write_second_factors_removed(user: User, now: datetime) -> None:
    _write(user, "second_factors_removed", _stamped("second_factors_removed", now), now)


def write_new_browser(user: User, now: datetime) -> None:
    _write(user, "new_browser", _stamped("new_browser", now), now)


def write_address_changed(user: User, former: str, now: datetime) -> None:
    """To the former address, which is nobody's any more."""
    recipient = Recipient([Way(Channel.MAIL, former)], user.language, user.id)
    key = f"user:{user.id}:{_stamped('address_changed', now)}"
    write_letters([letter_to(recipient, key=key, kind="address_changed", subject_id=user.id, due_at=now)], now)


def write_channel_tests(user: User, now: datetime) -> None:
    """One letter by each of the user's ways, and by that one only; once a minute."""
    slug = f"channel_test:{now:%Y%m%dT%H%M}"
    letters = [
        letter_to(
            Recipient([way], user.language, user.id),
            key=f"user:{user.id}:{slug}:{way.channel}",
            kind="channel_test",
            subject_id=user.id,
            due_at=now,
        )
        for way in ways_of(user)
    ]
    write_letters(letters, now)


def _stamped(slug: str, now: datetime) -> str:
    """Each time is a letter of its own."""
    return f"{slug}:{stamp(now)}"


def _write(user: User, kind: str, slug: str, now: datetime) -> None:
    key = f"user:{user.id}:{slug}"
    write_letters([letter_to(recipient_of(user), key=key, kind=kind, subject_id=user.id, due_at=now)], now)


def _write_link(link: AccountLink, kind: str, email: str, now: datetime) -> None:
    """By mail alone, and not on the owner's own page: others read along in the group of a robot, and whoever sits down
    at a computer where somebody is signed in must not find the way to a new password there."""
    recipient = Recipient([Way(Channel.MAIL, email)], link.user.language, None)
    key = f"account_link:{link.uid}"
    write_letters([letter_to(recipient, key=key, kind=kind, subject_id=link.id, due_at=now)], now)
