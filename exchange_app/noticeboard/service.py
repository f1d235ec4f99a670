"""Notices are written, published and withdrawn; readers mark them and ask for the digest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Publication
from exchange_app.catalogue.search import fold
from exchange_app.catalogue.terms import fingerprint, terms_of
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.noticeboard.errors import (
    AlreadyPublished,
    DepartmentMissing,
    EndsBeforeItBegins,
    NoticeNotFound,
    TooManyFiles,
    WordsMissing,
)
from exchange_app.noticeboard.models import DigestReader, Notice, NoticeFile, NoticeReading
from exchange_app.noticeboard.queries import find_in
from exchange_app.noticeboard.rules import MOST_FILES, Category, NoticeKind, Visibility
from exchange_app.partners.models import Organisation
from exchange_app.partners.paper_files import PaperFile


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    office_id: int
    kind: NoticeKind
    category: Category
    title: Translated
    body: Translated
    document_number: str
    visibility: Visibility
    department_id: int | None
    valid_from: date
    valid_until: date | None


def write_notice(office: Organisation, terms: NoticeTerms, *, by: User, now: datetime) -> Notice:
    """A draft; the same one of the same writer, sent twice, is one. Raises DepartmentMissing or EndsBeforeItBegins."""
    drafts = select(Notice).where(Notice.changed_by_id == by.id, Notice.publication == Publication.DRAFT)
    for known in db.session.scalars(drafts):
        if terms_of(known, NoticeTerms) == terms:
            return known
    notice = Notice(publication=Publication.DRAFT)
    _apply(notice, office, terms, by, now)
    db.session.add(notice)
    db.session.flush()
    return notice


def change_notice(
    notice: Notice, office: Organisation, terms: NoticeTerms, *, seen: str, by: User, now: datetime
) -> None:
    """Raises as write_notice does, and WordsMissing for one that is published; ChangedMeanwhile if it no longer is as
    ``seen``, NoticeNotFound if it is gone."""
    _lock(notice)
    if (current := seen_of(notice)) != seen:
        raise ChangedMeanwhile(current=current)
    _apply(notice, office, terms, by, now)
    if notice.is_published:
        _check_words(notice)
    db.session.flush()


def seen_of(notice: Notice) -> str:
    """What a form carries to say what its reader saw."""
    return fingerprint(terms_of(notice, NoticeTerms))


def _apply(notice: Notice, office: Organisation, terms: NoticeTerms, by: User, now: datetime) -> None:
    if terms.visibility is Visibility.DEPARTMENT and terms.department_id is None:
        raise DepartmentMissing()
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        raise EndsBeforeItBegins()
    notice.office_id, notice.city_id = office.id, office.city_id
    notice.kind, notice.category, notice.document_number = terms.kind, terms.category, terms.document_number
    notice.title, notice.body = terms.title, terms.body
    notice.visibility = terms.visibility
    notice.department_id = terms.department_id if terms.visibility is Visibility.DEPARTMENT else None
    notice.valid_from, notice.valid_until = terms.valid_from, terms.valid_until
    notice.changed_at, notice.changed_by_id = now, by.id
    notice.search_title = fold(terms.title.values())
    notice.search_words = fold([*terms.title.values(), terms.document_number, *terms.body.values()])


def publish_notice(notice: Notice, *, by: User, now: datetime) -> None:
    """Its readers find it from now on; one that was withdrawn is there again, as new. Raises WordsMissing or
    NoticeNotFound."""
    _lock(notice)
    _check_words(notice)
    notice.publication, notice.published_at = Publication.PUBLISHED, now
    notice.changed_at, notice.changed_by_id = now, by.id
    db.session.flush()


def _check_words(notice: Notice) -> None:
    if notice.visibility is not Visibility.PUBLIC:
        return
    if not all(text.get(language) for text in (notice.title, notice.body) for language in LANGUAGES):
        raise WordsMissing()


def withdraw_notice(notice: Notice, *, by: User, now: datetime) -> None:
    """Nobody but those who keep it sees it any more. Raises NoticeNotFound."""
    _lock(notice)
    if notice.is_published:
        notice.publication = Publication.WITHDRAWN
        notice.changed_at, notice.changed_by_id = now, by.id
        db.session.flush()


def delete_draft(notice: Notice) -> None:
    """Raises AlreadyPublished or NoticeNotFound."""
    _lock(notice)
    if notice.publication is not Publication.DRAFT:
        raise AlreadyPublished()
    db.session.delete(notice)
    db.session.flush()


def attach_file(notice: Notice, file: PaperFile) -> NoticeFile:
    """Raises TooManyFiles or NoticeNotFound."""
    _lock(notice)
    if len(notice.files) >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    values = {"filename": file.filename, "content_type": file.content_type, "content": file.content}
    attached = NoticeFile(size=len(file.content), **values)
    notice.files.append(attached)
    db.session.flush()
    return attached


def remove_file(notice: Notice, file_id: int) -> None:
    """Raises NoticeNotFound or NoticeFileNotFound."""
    _lock(notice)
    notice.files.remove(find_in(notice, file_id))
    db.session.flush()


def _lock(notice: Notice) -> None:
    """As it is now, until the transaction ends: meanwhile somebody else may have published or deleted it. Raises
    NoticeNotFound."""
    locked = select(Notice).where(Notice.id == notice.id).with_for_update(of=Notice)
    if db.session.scalar(locked.execution_options(populate_existing=True)) is None:
        raise NoticeNotFound()
    db.session.expire(notice, ["files"])


def mark_read(notice_ids: Collection[int], *, by: User, now: datetime) -> None:
    """Read again, the first time counts."""
    if notice_ids:
        rows = [{"notice_id": notice_id, "user_id": by.id, "at": now} for notice_id in notice_ids]
        db.session.execute(insert_unless_there(NoticeReading), rows)


def choose_digest(user: User, *, is_wanted: bool, now: datetime) -> None:
    if is_wanted:
        db.session.execute(insert_unless_there(DigestReader).values(user_id=user.id, since=now))
    else:
        change_rows(delete(DigestReader).where(DigestReader.user_id == user.id))


def forget_reader(user_id: int) -> None:
    """What somebody read, and that they wanted the digest."""
    change_rows(delete(NoticeReading).where(NoticeReading.user_id == user_id))
    change_rows(delete(DigestReader).where(DigestReader.user_id == user_id))
