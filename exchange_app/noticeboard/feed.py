"""Public notices for feed readers."""

from __future__ import annotations

from exchange_app.noticeboard.links import notice_path
from exchange_app.noticeboard.models import Notice
from exchange_app.web.atom import Entry
from exchange_app.web.labels import label


def entry_of(notice: Notice, public_url: str) -> Entry:
    """In the reader's language."""
    return Entry(
        address=public_url + notice_path(notice),
        title=str(notice.title),
        updated=max(notice.changed_at, notice.published_at or notice.changed_at),
        published=notice.published_at,
        author=str(notice.office.name),
        category=(notice.category.value, label(notice.category)),
        text=str(notice.body),
    )
