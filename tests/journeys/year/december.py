"""December: everything is counted, and comes to what a hand counts; a year later no roster is left, and still does.

Who went where, as `spring.GROUPS` tells it, and the delegations of June and October:

    plan       from      to        groups              persons                      days   person-days
    youth      Nanning   Chongzuo  first, second       24+3 and 20+2      = 49      2      49 x 2 =  98
    youth      Chongzuo  Nanning   drummers, dancers   20+2 and 16+2      = 40      3      40 x 3 = 120
    tourism    Nanning   Chongzuo  singers, small      30+4 and 6+1       = 41      1      41 x 1 =  41
    tourism    within Chongzuo     neighbours          12+2               = 14      1      14 x 1 =  14
    community  Nanning   Chongzuo  a delegation                             6       3       6 x 3 =  18
    community  Chongzuo  Nanning   a delegation                             4       2       4 x 2 =   8

The singers registered 32 pupils and named 30: two seats went back. One group of 11 cancelled, one of 17 waited in vain.
Neighbours are no exchange: they count for their city, and under no agreement.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from openpyxl import load_workbook

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.partners.models import Plan
from exchange_app.rosters.models import Participant
from exchange_app.visits.queries.ledger import list_stays
from exchange_app.visits.rules import Direction, Figures, Ledger, Period, tally
from tests.journeys.actors import ZONE
from tests.journeys.year import autumn, june
from tests.journeys.year.figures import OVERVIEW, UNDER_THE_AGREEMENT, figures_are_those_of_a_hand
from tests.journeys.year.story import YEAR, Story
from tests.retention.group import left_of
from tests.rosters.sheet import pupil, teacher

YOUTH_THERE = Figures(groups=2, persons=49, person_days=98)
YOUTH_BACK = Figures(groups=2, persons=40, person_days=120)
TOURISM_THERE = Figures(groups=2, persons=41, person_days=41)
DELEGATION_THERE = Figures(groups=1, persons=june.DELEGATION, person_days=june.DELEGATION * 3)
DELEGATION_BACK = Figures(groups=1, persons=autumn.DELEGATION, person_days=autumn.DELEGATION * 2)
ALL_THERE = Figures(groups=5, persons=96, person_days=157)
ALL_BACK = Figures(groups=3, persons=44, person_days=128)

# Of pupils whose guardians were never asked, and of a teacher: proof of a consent is kept for three years.
NAMES = tuple(cell for row in (pupil(4), pupil(20), pupil(30), teacher(2)) for cell in row[1:] if len(cell) > 2)


def by_hand(story: Story) -> Ledger:
    there = Direction(story.nanning.id, story.chongzuo.id)
    return {
        (Plan.YOUTH, there): YOUTH_THERE,
        (Plan.YOUTH, there.back): YOUTH_BACK,
        (Plan.TOURISM, there): TOURISM_THERE,
        (Plan.COMMUNITY, there): DELEGATION_THERE,
        (Plan.COMMUNITY, there.back): DELEGATION_BACK,
    }


def the_year_ends(story: Story) -> None:
    story.time.comes("2027-12-20")


def the_ledger_is_what_a_hand_counts(story: Story) -> None:
    """In the database, on the page and in the file; for everybody with small counts left out."""
    assert tally(list_stays(story.agreement, Period.of_year(YEAR))) == by_hand(story)
    asked = f"agreement={story.agreement}&year={YEAR}"
    for reader in (story.nanning.coordinator, story.chongzuo.coordinator):
        page = reader.reads(f"/coordinator/ledger?{asked}")
        assert _written(page, "All plans") == [ALL_THERE, ALL_BACK]
        assert _written(page, "Youth exchange") == [YOUTH_THERE, YOUTH_BACK]
        assert _written(page, "Tourism") == [TOURISM_THERE, Figures()]
    file = story.nanning.coordinator.asks_for(f"/coordinator/ledger.xlsx?{asked}").data
    rows = load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert [Figures(*map(int, row[5:8])) for row in rows if row[2] == "All plans"] == [ALL_THERE, ALL_BACK]

    public = story.visitor.reads(f"/agreements/{story.agreement}/visits?year={YEAR}")
    assert _written(public, "Youth exchange") == [YOUTH_THERE, YOUTH_BACK]
    assert public.count("fewer than 10") >= 2  # both delegations
    story.stranger.finds_nothing_at(story.visits["there"], *story.exchanges.values())
    assert "Nothing took place" not in page
    assert "The song fair" not in story.stranger.reads("/coordinator/ledger")


def _written(page: str, words: str) -> Sequence[Figures]:
    """The rows of a ledger's page under these words, there before back."""
    found = []
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL):
        cells = [
            re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        if cells and words in cells[0]:
            found.append(Figures(*(int(cell) for cell in cells[-3:])))
    return found


def the_figures_are_what_a_hand_counts(story: Story) -> None:
    """Table by table, and on the page for whom they are; a school's own small group is not shown even to itself."""
    figures_are_those_of_a_hand(story, now().astimezone(ZONE).date())
    asked = f"/insights?year={YEAR}&agreement={story.agreement}"
    for reader in (story.nanning.coordinator, story.chongzuo.coordinator):
        _has_overview(reader.reads(asked))
    story.stranger.finds_nothing_at(asked)
    own = story.nanning.schools[3].leader.reads(f"/insights?year={YEAR}")
    assert "Nanning school 4" in own
    assert ">7<" not in own


def _has_overview(page: str) -> None:
    table = page.partition('id="overview"')[2].partition("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    assert [int(cells[1]) for cells in rows[1:]] == [*OVERVIEW.values()]


def the_yearly_report_says_so_too(story: Story) -> None:
    """Asked for by one side, made in the background, read by both: as a page and as a workbook."""
    lan, mo = story.nanning.coordinator, story.chongzuo.coordinator
    question = {"about": f"agreement:{story.agreement}", "year": YEAR, "span": "year"}
    report = lan.goes_from("/coordinator/reports/new", **question).removesuffix("/making")
    lan.finds_nothing_at(f"{report}/workbook")  # it is being made
    story.time.let_work()
    for reader in (lan, mo):
        _has_overview(reader.reads(report))
        book = load_workbook(io.BytesIO(reader.asks_for(f"{report}/workbook").data))
        cells = [list(row) for sheet in book.worksheets for row in sheet.iter_rows(min_row=2, values_only=True)]
        for key in ("directions", "packages", "months"):
            for row in UNDER_THE_AGREEMENT[key]:
                assert list(row) in [known[: len(row)] for known in cells], row
    story.stranger.finds_nothing_at(report, f"{report}/workbook")
    story.reports.append(report)


def rosters_go_and_the_figures_stay(story: Story) -> None:
    """A year after the trips; the work of a night does it, and nothing of a child is left."""
    before = story.nanning.coordinator.reads(story.reports[0])
    assert left_of(NAMES) == list(NAMES)
    story.time.comes("2028-06-20")
    assert db.session.query(Participant).count() == 0
    assert left_of(NAMES) == []
    the_ledger_is_what_a_hand_counts(story)
    the_figures_are_what_a_hand_counts(story)
    assert _chapters(story.nanning.coordinator.reads(story.reports[0])) == _chapters(before)
    the_yearly_report_says_so_too(story)


def _chapters(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", page)
