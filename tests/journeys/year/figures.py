"""What `spring.GROUPS` come to in every table of the figures, counted by hand as in `december`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from exchange_app.core.text import speaking
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.rules import Cell, Scope
from exchange_app.partners.models import Plan
from exchange_app.visits.rules import Period
from tests.journeys.year.story import YEAR, Story

N, C = "Nanning", "Chongzuo"
YOUTH, TOURISM, COMMUNITY = "Youth exchange", "Tourism", "Living side by side"
Rows = Sequence[Sequence[Cell]]

# Two stops of the rocks, one of the fair, three of the drums.
ACTIVITIES = 2 + 1 + 3
# 27 + 22 + 34 + 7 to Chongzuo, 22 + 18 to Nanning; 54 + 44 + 34 + 7 days there, 66 + 54 back.
PERSONS = 90 + 40
PERSON_DAYS = 139 + 120
SEATS = 60 + 120 + 50

OVERVIEW: Mapping[str, Cell] = {
    "activities": ACTIVITIES,
    "groups": 4 + 2,
    "persons": PERSONS,
    "person-days": PERSON_DAYS,
    "departures": 3,
    "share of seats": 57,  # 130 of 230
    "waited": 1,
    "did not come": 1,  # the one with the measles
    "delegations": 2,
    "persons of delegations": 6 + 4,
}
# Seats, their share, who waited and got seats, who cancelled, was declined, or ran out of time; departures called off.
OF_SEATS: Sequence[Cell] = [3, SEATS, PERSONS, 57, 1, 0, 1, 0, 0]

UNDER_THE_AGREEMENT: Mapping[str, Rows] = {
    "directions": [
        [N, C, TOURISM, 1, 2, 41, 41],
        [N, C, YOUTH, 2, 2, 49, 98],
        [C, N, YOUTH, 3, 2, 40, 120],
    ],
    "counties": [[N, C, 3, 4, 90, 139], [C, N, 3, 2, 40, 120]],
    "months": [["Apr 2027", N, C, 3, 4, 90, 139], ["May 2027", C, N, 3, 2, 40, 120]],
    "days": [
        ["2027-04-09", 2, 41],
        *([f"2027-04-{day}", 2, 49] for day in (20, 21)),
        *([f"2027-05-{day}", 2, 40] for day in (11, 12, 13)),
    ],
    # A slot takes 200: three of each base; who went to the rocks on two days took two seats.
    "bases": [
        ["Huashan on the Zuo", 3, 4, 90, 600, 49 * 2 + 41, 23],
        ["Museum of nationalities", 3, 2, 40, 600, 40 * 3, 20],
    ],
    # Seven persons are not shown, and of the others of that way the smallest are not either: the sum is known.
    "schools": [
        ["Nanning school 1", N, C, 2, 1, 27, 54],
        ["Nanning school 2", N, C, 2, 1, None, None],
        ["Nanning school 3", N, C, 1, 1, 34, 34],
        ["Nanning school 4", N, C, 1, 1, None, None],
        ["Chongzuo school 1", C, N, 3, 1, 22, 66],
        ["Chongzuo school 2", C, N, 3, 1, 18, 54],
    ],
    "packages": [
        ["Rock paintings on the Zuo", N, C, 2, 2, 49],
        ["The song fair", N, C, 1, 2, 41],
        ["Drums and museums", C, N, 3, 2, 40],
    ],
    "publicity": [["Stories", 1, 2], ["Festivals and campaigns", 1, 3]],
    # Five families were delighted by everything, and five were content.
    "satisfaction": [
        ["I liked the trip as a whole.", 10, 4.5],
        ["I learned something new.", 10, 4.5],
        ["I got to know young people of the other city.", 10, 4.5],
        ["I felt safe and well looked after.", 10, 4.5],
        ["I would come along again.", 10, 4.5],
    ],
    "delegations": [[N, C, COMMUNITY, 1, None, None], [C, N, COMMUNITY, 1, None, None]],
}


def tables_of(story: Story, scope: Scope, today: date) -> Mapping[str, Rows]:
    with story.app.test_request_context(), speaking("en"):
        tables = [chapter.tell(scope, today) for chapter in CHAPTERS]
    return {table.key: table.rows for table in tables}


def overview_of(tables: Mapping[str, Rows]) -> Mapping[str, Cell]:
    """Its rows in their order, without the year before, in which nothing was."""
    return dict(zip(OVERVIEW, (row[1] for row in tables["overview"]), strict=True))


def scope_of(story: Story, **narrowed: object) -> Scope:
    return Scope(Period.of_year(YEAR), **narrowed)  # type: ignore[arg-type]


def figures_are_those_of_a_hand(story: Story, today: date) -> None:
    found = tables_of(story, scope_of(story, agreement_id=story.agreement), today)
    assert overview_of(found) == OVERVIEW
    assert [row[1] for row in found["seats"]][: len(OF_SEATS)] == OF_SEATS
    for key, rows in UNDER_THE_AGREEMENT.items():
        assert _in_any_order(found[key], len(rows)) == _in_any_order(rows), key
    of_city(story, today)
    of_one_plan(story, today)
    of_one_school(story, today)


def _in_any_order(rows: Rows, most: int | None = None) -> list[list[str]]:
    return sorted([str(cell) for cell in row] for row in list(rows)[:most])


def of_city(story: Story, today: date) -> None:
    """With the neighbours."""
    found = tables_of(story, scope_of(story, city_id=story.chongzuo.id), today)
    overview = overview_of(found)
    assert (overview["groups"], overview["persons"], overview["person-days"]) == (7, PERSONS + 14, PERSON_DAYS + 14)
    neighbours = [list(row[2:]) for row in found["directions"] if row[0] == C and row[1] != N]
    assert neighbours == [[TOURISM, 1, 1, 14, 14]]
    assert ["Festivals and campaigns", 1, 3] in [list(row) for row in found["publicity"]]


def of_one_plan(story: Story, today: date) -> None:
    found = tables_of(story, scope_of(story, agreement_id=story.agreement, plan=Plan.TOURISM), today)
    overview = overview_of(found)
    assert (overview["groups"], overview["persons"], overview["delegations"]) == (2, 41, 0)


def of_one_school(story: Story, today: date) -> None:
    """Seven persons are nobody's business; that they were there is."""
    found = tables_of(story, scope_of(story, school_id=story.nanning.schools[3].id), today)
    overview = overview_of(found)
    assert (overview["groups"], overview["persons"], overview["person-days"]) == (1, None, None)
    assert overview["waited"] == 1
    assert not {7, "7"} & {cell for rows in found.values() for row in rows for cell in row}
