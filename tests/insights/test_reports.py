"""A report is made once whatever happens to its workers, says what was so on its day, and says it for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import gettext
from openpyxl import load_workbook
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES, Translated, speaking
from exchange_app.core.transaction import transaction
from exchange_app.insights import making, service
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.errors import ReportNotFailed, TooManyReports
from exchange_app.insights.labels import cell_words
from exchange_app.insights.making import make_due
from exchange_app.insights.models import Report, ReportChapter
from exchange_app.insights.rules import (
    LEASE,
    MOST_AT_ONCE,
    MOST_FAILURES,
    NOTED_WITHIN,
    REST,
    Chapter,
    ReportState,
    Scope,
    Span,
)
from exchange_app.insights.rules import Table as Figures
from exchange_app.partners import agreements
from exchange_app.partners.agreements import end_run_out
from exchange_app.partners.models import Plan
from exchange_app.rosters.models import Participant
from tests.coordination.conftest import Region
from tests.coordination.town import make_agreement
from tests.insights.written import AFTERWARDS, AT, ask, dying, make, read_page, read_workbook, tables_in
from tests.pages import send, sign_in, speak
from tests.retention.group import run
from tests.visits.delegations import carry_out, go

LATER = AFTERWARDS + timedelta(days=3000)


@pytest.fixture(autouse=True)
def after_the_year() -> Iterator[None]:
    with time_machine.travel(AFTERWARDS):
        yield


@pytest.fixture
def report(app: Flask, region: Region) -> Report:
    """Asked for, after two groups and a delegation were there."""
    here, there = region.here, region.there
    with transaction():
        go(region.agreement, here, there, AT, pupils=20, staff=2)
        go(region.agreement, there, here, AT, pupils=3, staff=1)
        carry_out(region.agreement, here, there, AT, title="one")
    return ask(region.agreement, here.coordinator)


def keys_of(report: Report) -> list[str]:
    rows = select(ReportChapter.key).where(ReportChapter.report_id == report.id).order_by(ReportChapter.position)
    return list(db.session.scalars(rows))


ALL_KEYS = [chapter.key for chapter in CHAPTERS]


# -------------------------------------------------------------------------------------------------------- the document


def test_page_workbook_and_chapters_say_the_same_in_both_languages(
    client: FlaskClient, region: Region, report: Report
) -> None:
    assert make() == 1
    sign_in(client, region.there.coordinator)
    for language in LANGUAGES:
        with speaking(language):
            told = [chapter.tell(report.scope, report.as_of) for chapter in CHAPTERS]
            nothing = [[gettext("Nothing took place in these days.")]]
            words = [[list(one.columns), *([[*map(cell_words, row)] for row in one.rows] or nothing)] for one in told]
            cells = [[list(one.columns), *([written(cell) for cell in row] for row in one.rows)] for one in told]
        assert tables_in(read_page(client, report, language)) == words
        sheets = list(read_workbook(client, report, language).values())
        assert sheets[1:] == cells
        assert len(sheets) == len(CHAPTERS) + 1


def written(cell: object) -> object:
    return cell_words(None) if cell is None else cell


def test_it_reads_the_same_once_rosters_are_gone_and_names_are_others(
    client: FlaskClient, region: Region, report: Report
) -> None:
    make()
    sign_in(client, region.there.coordinator)
    before = [(read_page(client, report, one), read_workbook(client, report, one)) for one in LANGUAGES]
    with time_machine.travel(LATER):
        run(LATER)
        assert db.session.scalars(select(Participant)).all() == []
        with transaction():
            region.agreement.name = Translated(zh_Hans="另一名称", en="Another name")
            region.here.city.name = Translated(zh_Hans="另一市", en="Another city")
            for booking in db.session.scalars(select(Booking)):
                booking.pupils += 100
        make(LATER)
        sign_in(client, region.there.coordinator)
        after = [(read_page(client, report, one), read_workbook(client, report, one)) for one in LANGUAGES]
    assert after == before


def test_no_cell_of_the_workbook_is_ever_calculated(
    client: FlaskClient, region: Region, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "=HYPERLINK(1)"

    def tell(_scope: Scope, _today: object) -> Figures:
        return Figures("evil", "a/b:[c]*?" + "x" * 40, [evil, "n"], [(evil, 7), ("-1+1", 2.5), ("few", None)], evil)

    chapters = Chapter("evil", tell), Chapter("evil-too", tell)
    monkeypatch.setattr(making, "CHAPTERS", chapters)
    make()
    sign_in(client, region.here.coordinator)
    _cover, first, second = read_workbook(client, report).values()
    assert first == second == [[evil, "n"], [evil, 7], ["-1+1", 2.5], ["few", "not shown"]]
    file = client.get(f"/coordinator/reports/{report.id}/workbook")
    sheet = load_workbook(BytesIO(file.data)).worksheets[1]
    assert sheet.column_dimensions["B"].number_format == "General", "a sum typed below the numbers is calculated"
    assert "filename=Statistical-report-" in file.headers["Content-Disposition"]
    speak(client, "zh_Hans")
    file = client.get(f"/coordinator/reports/{report.id}/workbook")
    assert "filename*=UTF-8''" in file.headers["Content-Disposition"]


def test_of_a_running_period_it_tells_what_was_until_its_day(client: FlaskClient, region: Region) -> None:
    here, there = region.here, region.there
    with transaction():
        go(region.agreement, here, there, AT, pupils=20, staff=2)
    middle = AT + timedelta(days=20)
    report = ask(region.agreement, here.coordinator, middle)
    make(middle)
    assert report.period.last == middle.date()
    sign_in(client, here.coordinator)
    page = read_page(client, report)
    assert "counted until Sun 21 November 2027" in page
    assert "22" not in [cell for table in tables_in(page) for row in table for cell in row]


# ---------------------------------------------------------------------------------------------------------- the making


def test_a_worker_that_dies_between_chapters_leaves_a_report_that_is_finished_once(report: Report) -> None:
    with pytest.raises(SystemExit):
        make(clock=dying(2, SystemExit()))
    assert keys_of(report) == ALL_KEYS[:1]
    assert make(AFTERWARDS + LEASE - timedelta(seconds=1)) == 0  # it may still be at work
    assert make(AFTERWARDS + LEASE) == 1
    assert keys_of(report) == ALL_KEYS
    assert report.state is ReportState.READY
    assert make(LATER) == 0


def test_what_is_taken_up_on_a_later_day_tells_all_of_that_day(region: Region, report: Report) -> None:
    with pytest.raises(SystemExit):
        make(clock=dying(2, SystemExit()))
    next_day = AFTERWARDS + timedelta(days=1)
    with transaction():
        for booking in db.session.scalars(select(Booking)):
            booking.pupils += 100
    assert make(next_day) == 1
    assert report.as_of == next_day.date()
    assert keys_of(report) == ALL_KEYS
    told = {chapter.key: chapter.table for chapter in report.chapters}
    for chapter in CHAPTERS:
        with speaking("zh_Hans"):
            fresh = chapter.tell(report.scope, report.as_of)
        assert [list(row) for row in told[chapter.key].rows] == [list(row) for row in fresh.rows]


def test_chapters_that_are_others_since_the_program_was_renewed_are_all_told_anew(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        make(clock=dying(3, SystemExit()))
    renewed = CHAPTERS[1], CHAPTERS[0], *CHAPTERS[2:]
    monkeypatch.setattr(making, "CHAPTERS", renewed)
    assert make(AFTERWARDS + LEASE) == 1
    assert keys_of(report) == [chapter.key for chapter in renewed]


def test_two_workers_that_take_the_same_one_make_it_once(app: Flask, report: Report) -> None:
    start = threading.Barrier(2)
    made: list[int] = []

    def work() -> None:
        with app.app_context():
            start.wait()
            made.append(make_due(lambda: AFTERWARDS, lambda: False))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 1]
    db.session.expire_all()
    assert (report.attempts, keys_of(report)) == (1, ALL_KEYS)


def test_a_worker_that_was_so_slow_that_another_one_made_it_changes_nothing(app: Flask, report: Report) -> None:
    looks = iter(range(1, 100))
    much_later = AFTERWARDS + 2 * LEASE

    def other() -> None:
        with app.app_context():
            assert make_due(lambda: much_later, lambda: False) == 1
            db.session.remove()

    def clock() -> datetime:
        if next(looks) == 3:  # one chapter is stored, the second one told
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        return AFTERWARDS

    assert make(clock=clock) == 0
    assert (report.state, report.made_at, report.attempts) == (ReportState.READY, much_later, 2)
    assert keys_of(report) == ALL_KEYS


def test_a_worker_that_is_asked_to_stop_hands_it_over_at_once(report: Report) -> None:
    stops = iter([False, False, True, True])  # once for each report, once for each chapter
    assert make_due(lambda: AFTERWARDS, lambda: next(stops)) == 0
    assert keys_of(report) == ALL_KEYS[:1]
    assert make() == 1
    assert (report.failures, keys_of(report)) == (0, ALL_KEYS)


def test_one_that_cannot_be_made_fails_in_the_end_and_can_be_tried_again(
    client: FlaskClient, region: Region, report: Report
) -> None:
    at = AFTERWARDS
    for _ in range(MOST_FAILURES):
        assert report.state is ReportState.ASKED
        make(clock=failing_once(at))
        at += REST
    assert report.state is ReportState.FAILED
    assert make(at) == 0
    sign_in(client, region.there.coordinator)
    page = f"/coordinator/reports/{report.id}"
    assert "could not be made" in client.get(f"{page}/making").text
    assert "every 2s" not in client.get(f"{page}/making").text
    assert client.get(f"{page}/workbook").status_code == 404
    again = send(client, f"{page}/making", f"{page}/retry")
    assert "every 2s" in again.text
    make(at)
    assert report.state is ReportState.READY
    with transaction(), pytest.raises(ReportNotFailed):
        service.remove_report(report)


def failing_once(at: datetime) -> Callable[[], datetime]:
    """A clock that fails while a chapter is stored, and never again."""
    looks = iter(range(1, 100))

    def clock() -> datetime:
        if next(looks) == 2:
            raise RuntimeError("the database was away")
        return at

    return clock


def test_one_that_kills_every_worker_ends_and_can_be_removed(
    client: FlaskClient, region: Region, report: Report
) -> None:
    at = AFTERWARDS
    for _ in range(MOST_FAILURES):
        with pytest.raises(SystemExit):
            make(clock=dying(1, SystemExit(), at))
        at += LEASE
    assert make(at) == 0
    assert report.state is ReportState.FAILED
    sign_in(client, region.here.coordinator)
    page = f"/coordinator/reports/{report.id}"
    assert "The statistical report is removed." in send(client, f"{page}/making", f"{page}/remove").text
    assert db.session.scalars(select(Report)).all() == []


# ---------------------------------------------------------------------------------------------------------- the asking


def test_the_same_question_leads_to_the_one_that_is_being_made_and_later_to_a_newer_version(
    client: FlaskClient, region: Region
) -> None:
    first = ask(region.agreement, region.here.coordinator)
    assert ask(region.agreement, region.there.coordinator).id == first.id
    make()
    assert ask(region.agreement, region.here.coordinator).id == first.id  # the form was sent twice
    second = ask(region.agreement, region.there.coordinator, form_token="anew")
    assert (second.version, first.version) == (2, 1)
    make()
    sign_in(client, region.here.coordinator)
    found = client.get("/coordinator/reports").text
    assert found.index(f"/coordinator/reports/{second.id}") < found.index(f"/coordinator/reports/{first.id}")


def test_two_cities_that_ask_at_once_get_one(app: Flask, region: Region) -> None:
    start = threading.Barrier(2)
    agreement_id, ids = region.agreement.id, [region.here.coordinator.id, region.there.coordinator.id]
    asked: list[int] = []

    def work(user_id: int) -> None:
        with app.app_context():
            by, about = db.session.get_one(User, user_id), db.session.get_one(type(region.agreement), agreement_id)
            start.wait()
            asked.append(ask(about, by).id)
            db.session.remove()

    threads = [threading.Thread(target=work, args=(user_id,)) for user_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 2
    assert len(set(asked)) == 1


def test_a_city_asks_for_a_few_at_once_and_keeps_what_it_typed_when_refused(
    client: FlaskClient, region: Region
) -> None:
    city = region.here.city
    for year in range(2020, 2020 + MOST_AT_ONCE):
        ask(city, region.here.coordinator, year=year, form_token=str(year))
    with pytest.raises(TooManyReports):
        ask(region.agreement, region.here.coordinator, form_token="more")
    ask(region.agreement, region.there.coordinator)  # another city has its own number
    sign_in(client, region.here.coordinator)
    typed = {"about": f"city:{city.id}", "plan": "youth", "year": "2026", "span": "q3"}
    refused = send(client, "/coordinator/reports/new", **typed)
    assert refused.status_code == 422
    assert "still being made" in refused.text
    assert '<option selected value="q3">' in refused.text
    make()
    assert send(client, "/coordinator/reports/new", **typed).status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"year": "2028", "span": "q2"}, "This period has not begun yet."),
        ({"plan": "tourism"}, "The agreement does not carry this plan."),
        ({"about": "agreement:99999"}, "Choose one of the list."),
        ({"about": "elsewhere"}, "Choose one of the list."),
    ],
)
def test_what_cannot_be_told_is_said_beside_its_field(
    client: FlaskClient, region: Region, typed: dict[str, str], words: str
) -> None:
    with transaction():
        agreement = make_agreement(
            [region.here.city, region.there.city], region.here.coordinator, AT, plans=[Plan.YOUTH]
        )
    sign_in(client, region.here.coordinator)
    told = {"about": f"agreement:{agreement.id}", "year": "2027", "span": "year"} | typed
    if told["about"] == "elsewhere":
        told["about"] = f"city:{region.elsewhere.city.id}"
    refused = send(client, "/coordinator/reports/new", **told)
    assert refused.status_code == 422
    assert words in refused.text
    assert db.session.scalars(select(Report)).all() == []


# --------------------------------------------------------------------------------------------------------- who reads it


def test_reports_are_read_by_the_parties_and_a_city_s_own_by_itself(client: FlaskClient, region: Region) -> None:
    about_both = ask(region.agreement, region.here.coordinator)
    about_one = ask(region.here.city, region.here.coordinator, form_token="city")
    make()
    seen = {
        region.here.coordinator.id: (200, 200),
        region.there.coordinator.id: (200, 404),
        region.elsewhere.coordinator.id: (404, 404),
    }
    for town in (region.here, region.there, region.elsewhere):
        sign_in(client, town.coordinator)
        for report, status in zip((about_both, about_one), seen[town.coordinator.id], strict=True):
            for address in (f"/coordinator/reports/{report.id}", f"/coordinator/reports/{report.id}/workbook"):
                assert client.get(address).status_code == status
            again = client.get(f"/coordinator/reports/new?again={report.id}")
            assert again.status_code == status
        listed = client.get("/coordinator/reports").text
        assert [f"/{one.id}" in listed for one in (about_both, about_one)] == [
            status == 200 for status in seen[town.coordinator.id]
        ]


def test_a_city_that_left_stands_on_the_cover_and_reads_no_more(client: FlaskClient, region: Region) -> None:
    here, there, third = region.here, region.there, region.elsewhere
    with transaction():
        agreement = make_agreement([here.city, there.city, third.city], here.coordinator, AT)
        go(agreement, third, here, AT, pupils=20, staff=2)
        left_on = AT + timedelta(days=40)
        agreements.remove_party(agreement, third.city.id, left_on.date(), by_id=here.coordinator.id, now=left_on)
    during = ask(agreement, here.coordinator)
    after = ask(agreement, here.coordinator, span=Span.FIRST, year=2028, form_token="after")
    make()
    sign_in(client, here.coordinator)
    assert during.parties["en"] == " · ".join(town.city.name["en"] for town in (here, there, third))
    assert after.parties["en"] == " · ".join(town.city.name["en"] for town in (here, there))
    assert during.parties["en"] in read_page(client, during)
    sign_in(client, third.coordinator)
    assert client.get(f"/coordinator/reports/{during.id}").status_code == 404


# ------------------------------------------------------------------------------------------------------------ by itself


def test_after_each_quarter_and_year_it_is_made_by_itself_and_announced_for_two_weeks(
    client: FlaskClient, region: Region
) -> None:
    """The agreement that the three cities come with began in December, another one before the third quarter ended."""
    new_year = datetime(2028, 1, 1, 1, tzinfo=AT.tzinfo)
    assert (
        ask_due(new_year) == 0
    )  # of the last quarter nobody has noted all yet, and in the one before it was not there
    assert ask_due(new_year + NOTED_WITHIN) == 2
    assert ask_due(AFTERWARDS) == 0
    with transaction():
        make_agreement([region.there.city, region.elsewhere.city], region.there.coordinator, AT - timedelta(days=60))
    assert ask_due(new_year) == 1
    assert ask_due(AFTERWARDS) == 2
    make()
    spans = [tuple(row) for row in db.session.execute(select(Report.year, Report.span).order_by(Report.id))]
    both = [(2027, Span.FOURTH), (2027, Span.YEAR)]
    assert spans == [*both, (2027, Span.THIRD), *both]
    for days, is_announced in ((0, True), (14, True), (15, False)):
        with time_machine.travel(AFTERWARDS + timedelta(days=days)):
            for town, seen in ((region.here, 1), (region.there, 2), (region.elsewhere, 1)):
                sign_in(client, town.coordinator)
                home = client.get("/coordinator").text
                assert home.count("Fourth quarter of 2027") == (seen if is_announced else 0)


def test_an_agreement_that_ends_with_the_year_has_its_last_report_and_no_more(region: Region) -> None:
    with transaction():
        region.agreement.in_force_until = date(2027, 12, 31)
    with transaction():
        assert end_run_out(AFTERWARDS - timedelta(days=2)) == 1
    assert ask_due(AFTERWARDS) == 2
    assert ask_due(datetime(2028, 4, 10, tzinfo=AT.tzinfo)) == 0


def ask_due(at: datetime) -> int:
    with transaction():
        return service.ask_due_reports(at)


def test_what_somebody_just_asked_for_is_not_asked_for_twice_at_once(region: Region) -> None:
    ask(region.agreement, region.here.coordinator)
    assert ask_due(AFTERWARDS) == 1  # the year alone
    make()
    assert ask_due(AFTERWARDS) == 1


# --------------------------------------------------------------------------------------------------------- looking on


def test_the_page_counts_chapters_and_stops_asking_once_it_is_ready(
    client: FlaskClient, region: Region, report: Report
) -> None:
    with pytest.raises(SystemExit):
        make(clock=dying(2, SystemExit()))
    sign_in(client, region.here.coordinator)
    address, looking_on = f"/coordinator/reports/{report.id}", f"/coordinator/reports/{report.id}/making"
    page = client.get(address, follow_redirects=True).text
    assert f"1 of {len(CHAPTERS)} chapters are there" in page
    assert f'max="{len(CHAPTERS)}" value="1"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    part = client.get(looking_on, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in part.text
    assert "HX-Redirect" not in part.headers
    make(AFTERWARDS + LEASE)
    part = client.get(looking_on, headers={"HX-Request": "true"})
    assert "hx-trigger" not in part.text
    assert part.headers["HX-Redirect"] == address
    assert 'class="paper"' in client.get(looking_on, follow_redirects=True).text
