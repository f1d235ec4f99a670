"""What must not be written, which counts may be shown, and working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchange_app.helpdesk.figures import tables_of
from exchange_app.helpdesk.models import HelpTally
from exchange_app.helpdesk.rules import LEAST_SHOWN, Band, Topic, band_of, holds_identity_number, median_band
from exchange_app.helpdesk.working_days import end_of_working_day, working_days_between
from exchange_app.partners.models import City
from tests.builders import NOW, both

BEIJING = ZoneInfo("Asia/Shanghai")
QUARTER = datetime(2026, 7, 1, tzinfo=UTC).date()
CITIES = [City(id=1, name=both("One")), City(id=2, name=both("Two"))]


@pytest.mark.parametrize(
    "text",
    [
        "459900201303150017",
        "我的身份证号是459900201303150017，谢谢",
        "4599 0020 1303 1500 17",
        "459900-20130315-0017",
        "４５９９００２０１３０３１５００１７",
        "45990020130315001x",
        "459900\n201303\n150017",
        "459900\u200b20130315\u20600017\u202c",  # copied from a chat
        "459900201303150018",  # a digit mistyped still tells who it is
    ],
)
def test_an_identity_number_is_found_however_it_is_spaced(text: str) -> None:
    assert holds_identity_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "13987650123", "order 123456789012345678", "4599002013031500170", "2026-11-26 13987650123 and 530000 Nanning"],
)
def test_other_numbers_may_be_written(text: str) -> None:
    assert not holds_identity_number(text)


def test_an_answer_is_due_on_a_working_day() -> None:
    friday = datetime(2027, 3, 5, 10, 0, tzinfo=BEIJING)
    assert end_of_working_day(friday, 3, BEIJING) == datetime(2027, 3, 10, 18, 0, tzinfo=BEIJING)
    before_the_holiday = datetime(2026, 9, 30, 10, 0, tzinfo=BEIJING)  # the National Day of 2026 is a week
    assert end_of_working_day(before_the_holiday, 1, BEIJING).date().isoformat() == "2026-10-08"
    assert working_days_between(before_the_holiday, datetime(2026, 10, 8, 9, 0, tzinfo=BEIJING), BEIJING) == 1
    assert working_days_between(NOW, NOW, BEIJING) == 0


def test_the_median_is_a_band_and_only_of_many() -> None:
    assert [band_of(days) for days in (0, 1, 2, 5, 10, 11)] == [
        Band.ONE_DAY, Band.ONE_DAY, Band.THREE_DAYS, Band.FIVE_DAYS, Band.TEN_DAYS, Band.LATER,
    ]  # fmt: skip
    assert median_band({Band.ONE_DAY: 9}) is None
    assert median_band({Band.ONE_DAY: 3, Band.THREE_DAYS: 3, Band.LATER: 4}) is Band.THREE_DAYS


def published(counts: dict[tuple[int, Topic], int]) -> Any:
    tallies = [
        HelpTally(
            quarter=QUARTER, city_id=city_id, topic=topic, asked=asked,
            one_day=asked, three_days=0, five_days=0, ten_days=0, later=0,
        )
        for (city_id, topic), asked in counts.items()
    ]  # fmt: skip
    return tables_of(tallies, CITIES)


def tables() -> Iterator[dict[tuple[int, Topic], int]]:
    cells = list(product((1, 2), Topic))
    for asked in product((0, 4, 9, 10, 31), repeat=3):
        yield dict(zip(cells, (*asked, 12, 3, 0), strict=True))


def test_what_is_hidden_can_be_computed_from_nothing_that_is_shown() -> None:
    """Whatever a hidden count really is, the page says the same; so nothing on it tells."""
    for counts in tables():
        shown = published(counts)
        for cell, count in counts.items():
            if count >= LEAST_SHOWN:
                continue
            for other in (0, 1, 5, 9):
                assert published({**counts, cell: other}) == shown
            assert published({**counts, cell: LEAST_SHOWN}) != shown


def test_a_total_is_exact_where_nothing_in_it_is_hidden() -> None:
    counts = dict(zip(product((1, 2), Topic), (10, 20, 30, 40, 50, 5), strict=True))
    (quarter,) = published(counts)
    assert [row.total.count for row in quarter.rows] == [60, None]
    assert quarter.rows[1].total.at_least == 90
    assert (quarter.totals[Topic.JOB].count, quarter.totals[Topic.SCHOOLING].at_least) == (50, 30)
