"""Who may read a notice, for how long it is found, by which words, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.search import read_words
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.noticeboard import queries, service
from exchange_app.noticeboard.errors import (
    AlreadyPublished,
    DepartmentMissing,
    EndsBeforeItBegins,
    NoticeNotFound,
    TooManyFiles,
    WordsMissing,
)
from exchange_app.noticeboard.models import Notice, NoticeFile
from exchange_app.noticeboard.queries import NoticeFilter
from exchange_app.noticeboard.rules import MOST_FILES, Visibility
from exchange_app.partners.paper_files import PaperFile
from tests.builders import NOW, both, make_user
from tests.noticeboard.offices import Towns, make_notice, make_towns, terms
from tests.statements import counted_statements

TODAY = NOW.date()
PLAN = PaperFile("plan.pdf", "application/pdf", b"%PDF-1.7 a plan")


@pytest.fixture
def towns(app: Flask) -> Towns:
    with transaction():
        return make_towns()


def found(user: User | None, **wanted: object) -> set[int]:
    return {one.id for one in db.session.scalars(queries.select_notices(user, NoticeFilter(**wanted), TODAY))}  # type: ignore[arg-type]


def test_a_notice_is_read_by_whom_it_is_for_and_by_nobody_else(towns: Towns) -> None:
    here, there, third = towns.nanning, towns.chongzuo, towns.elsewhere
    for_offices = {"visibility": Visibility.DEPARTMENT, "department_id": towns.education.id}
    with transaction():
        everybody = make_notice(here.coordinator)
        partners = make_notice(here.coordinator, visibility=Visibility.PARTNERS)
        offices = make_notice(here.coordinator, **for_offices)
        draft = service.write_notice(
            here.coordinator.organisation, terms(here.coordinator), by=here.coordinator, now=NOW
        )
        administrator = make_user(third.coordinator.organisation, Role.ADMINISTRATOR)
    sees = {
        None: {everybody},
        here.teacher: {everybody, partners},
        there.teacher: {everybody, partners},
        there.coordinator: {everybody, partners},
        there.officer: {everybody, partners, offices},
        here.coordinator: {everybody, partners, offices},
        third.teacher: {everybody},
        third.officer: {everybody},  # the same department, but of a city without an agreement
        administrator: {everybody, partners, offices},
    }
    for reader, expected in sees.items():
        assert found(reader) == {notice.id for notice in expected}, reader and reader.name
        for notice in (everybody, partners, offices):
            if notice in expected:
                assert queries.get_notice(notice.id, reader) == notice
            else:
                with pytest.raises(NoticeNotFound):
                    queries.get_notice(notice.id, reader)
    assert queries.get_notice(draft.id, here.coordinator) == draft
    for stranger in (None, there.coordinator, here.officer, here.teacher):
        with pytest.raises(NoticeNotFound):
            queries.get_notice(draft.id, stranger)


def test_only_who_keeps_it_may_change_it(towns: Towns) -> None:
    here, there = towns.nanning, towns.chongzuo
    with transaction():
        notice = make_notice(here.officer)
    assert queries.get_kept_notice(notice.id, here.officer) == notice
    assert queries.get_kept_notice(notice.id, here.coordinator) == notice
    for stranger in (there.coordinator, there.officer, here.teacher):
        with pytest.raises(NoticeNotFound):
            queries.get_kept_notice(notice.id, stranger)
    assert [one.id for one in queries.list_offices(here.officer)] == [here.officer.organisation_id]
    assert {one.city_id for one in queries.list_offices(here.coordinator)} == {here.city.id}


def test_what_is_not_valid_today_is_found_only_by_who_looks_for_it(towns: Towns) -> None:
    by = towns.nanning.coordinator
    a_day = timedelta(days=1)
    with transaction():
        last_day = make_notice(by, valid_from=TODAY - a_day, valid_until=TODAY)
        over = make_notice(by, valid_from=TODAY - 2 * a_day, valid_until=TODAY - a_day)
        to_come = make_notice(by, valid_from=TODAY + a_day)
    assert found(None) == {last_day.id}
    assert found(None, with_past=True) == {last_day.id, over.id, to_come.id}


@pytest.mark.parametrize("query", ["游船", "雨季游船", "boat rainy", "BOATS", "〔2027〕3号"])
def test_words_of_both_languages_and_the_number_are_found(towns: Towns, query: str) -> None:
    by = towns.nanning.coordinator
    with transaction():
        wanted = make_notice(
            by,
            title=Translated(zh_Hans="雨季游船提示", en="Boats in the rainy season"),
            document_number="南民〔2027〕3号",
        )
        make_notice(by)
    assert found(None, words=read_words(query)) == {wanted.id}


def test_readers_are_counted_and_what_they_read_is_marked(towns: Towns) -> None:
    here, there = towns.nanning, towns.chongzuo
    with transaction():
        first, second = make_notice(here.coordinator), make_notice(here.coordinator)
        service.mark_read([first.id], by=there.teacher, now=NOW)
        service.mark_read([first.id], by=there.teacher, now=NOW + timedelta(days=1))
        service.mark_read([first.id], by=there.officer, now=NOW)
    assert found(there.teacher, only_unread=True) == {second.id}
    assert queries.set_of_read(there.teacher, [first, second]) == {first.id}
    assert queries.list_unread_ids(there.teacher, TODAY) == [second.id]
    assert queries.count_readers(first) == queries.Readers(people=2, offices=2)
    with transaction():
        service.forget_reader(there.teacher.id)
    assert queries.count_readers(first) == queries.Readers(people=1, offices=1)


def test_what_is_refused_changes_nothing(towns: Towns) -> None:
    by = towns.nanning.coordinator

    def write(**changes: object) -> Notice:
        with transaction():
            return service.write_notice(by.organisation, terms(by, **changes), by=by, now=NOW)

    with pytest.raises(DepartmentMissing):
        write(visibility=Visibility.DEPARTMENT)
    with pytest.raises(EndsBeforeItBegins):
        write(valid_until=terms(by).valid_from - timedelta(days=1))
    half = write(title=Translated(en="Rain"))
    with pytest.raises(WordsMissing), transaction():
        service.publish_notice(half, by=by, now=NOW)
    between_offices = write(title=Translated(en="Rain"), visibility=Visibility.PARTNERS)
    with transaction():
        service.publish_notice(between_offices, by=by, now=NOW)
        service.withdraw_notice(between_offices, by=by, now=NOW)
    with pytest.raises(AlreadyPublished), transaction():
        service.delete_draft(between_offices)
    with transaction():
        service.delete_draft(half)
    assert found(by) == set()


def test_the_second_of_two_writers_is_told(towns: Towns) -> None:
    by = towns.nanning.coordinator
    with transaction():
        notice = make_notice(by)
    seen = service.seen_of(notice)
    with transaction():
        service.change_notice(notice, by.organisation, terms(by, title=both("Storm")), seen=seen, by=by, now=NOW)
    with pytest.raises(ChangedMeanwhile), transaction():
        service.change_notice(notice, by.organisation, terms(by, title=both("Sun")), seen=seen, by=by, now=NOW)
    db.session.refresh(notice)
    assert str(notice.title["en"]) == "Storm"


def test_attachments_have_their_bounds_and_go_with_the_draft(towns: Towns) -> None:
    by = towns.nanning.coordinator
    with transaction():
        notice = service.write_notice(by.organisation, terms(by), by=by, now=NOW)
        for _ in range(MOST_FILES):
            service.attach_file(notice, PLAN)
    with pytest.raises(TooManyFiles), transaction():
        service.attach_file(notice, PLAN)
    with transaction():
        service.remove_file(notice, notice.files[0].id)
    assert len(notice.files) == MOST_FILES - 1
    with transaction():
        service.delete_draft(notice)
    assert db.session.scalars(select(NoticeFile)).all() == []


def test_a_page_of_many_costs_as_many_statements_as_one(towns: Towns) -> None:
    by = towns.nanning.coordinator
    reader = towns.chongzuo.officer

    def statements() -> int:
        db.session.expire_all()
        assert reader.organisation.department_id
        with counted_statements() as counted:
            read = db.session.scalars(queries.select_notices(reader, NoticeFilter(), TODAY)).all()
            assert all(notice.office.name and notice.city.name for notice in read)
        return len(counted)

    with transaction():
        make_notice(by)
    one = statements()
    with transaction():
        for _ in range(20):
            make_notice(by)
    assert statements() == one


def test_a_notice_that_somebody_has_just_published_is_not_deleted_as_a_draft(app: Flask, towns: Towns) -> None:
    by = towns.nanning.coordinator
    with transaction():
        notice = service.write_notice(by.organisation, terms(by), by=by, now=NOW)
    elsewhere(app, lambda: service.publish_notice(db.session.get_one(Notice, notice.id), by=by, now=NOW))
    with pytest.raises(AlreadyPublished), transaction():
        service.delete_draft(notice)


def test_a_notice_that_somebody_has_just_deleted_is_not_there(app: Flask, towns: Towns) -> None:
    by = towns.nanning.coordinator
    with transaction():
        notice = service.write_notice(by.organisation, terms(by), by=by, now=NOW)
    elsewhere(app, lambda: service.delete_draft(db.session.get_one(Notice, notice.id)))
    with pytest.raises(NoticeNotFound), transaction():
        service.publish_notice(notice, by=by, now=NOW)


def elsewhere(app: Flask, command: Callable[[], object]) -> None:
    """By somebody else, after we have read."""

    def work() -> None:
        with app.app_context(), transaction():
            command()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
