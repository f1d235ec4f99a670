"""Three cities in one agreement: the chair goes round, each hosts once and sends twice, and a fourth sees nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Flask

from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.meetings.models import Meeting
from exchange_app.partners.models import Plan
from exchange_app.visits.queries.ledger import list_stays
from exchange_app.visits.rules import Direction, Figures, Ledger, Period, tally
from tests.journeys.actors import Person, Time, Work, time_from
from tests.journeys.catalogue import Activity, both, open_departure, publish_menu, publish_package
from tests.journeys.towns import Town, make_departments, make_stranger, make_town
from tests.journeys.visiting import accept, carry_out, propose, visit_terms, way_of
from tests.pages import form_of
from tests.rosters.sheet import group, pasted

# In the order of the chair, which is that of their codes.
NAMES = {
    "nanning": ("450100", Translated(zh_Hans="南宁市", en="Nanning")),
    "baise": ("451000", Translated(zh_Hans="百色市", en="Baise")),
    "chongzuo": ("451400", Translated(zh_Hans="崇左市", en="Chongzuo")),
}
# From each city two groups, one to each of the others; every trip lasts a day. With the staff: 11, 16, 14, 22, 18, 20.
GROUPS = {
    ("nanning", "chongzuo"): (10, 1),
    ("nanning", "baise"): (14, 2),
    ("chongzuo", "baise"): (12, 2),
    ("chongzuo", "nanning"): (20, 2),
    ("baise", "nanning"): (16, 2),
    ("baise", "chongzuo"): (18, 2),
}
# Round the ring, two days each.
DELEGATIONS = {("nanning", "chongzuo"): 3, ("chongzuo", "baise"): 4, ("baise", "nanning"): 5}
PERSON_DAYS = {
    ("nanning", "chongzuo"): (11, 6),  # by groups, by delegations: 3 x 2
    ("nanning", "baise"): (16, 0),
    ("chongzuo", "baise"): (14, 8),
    ("chongzuo", "nanning"): (22, 0),
    ("baise", "nanning"): (18, 10),
    ("baise", "chongzuo"): (20, 0),
}
HOSTED_ON = {"nanning": "2027-05-10", "chongzuo": "2027-05-12", "baise": "2027-05-14"}
MEETINGS = ("2027-02-24", "2027-04-28", "2027-06-29", "2027-08-31")


@dataclass
class Region:
    app: Flask
    time: Time
    towns: dict[str, Town]
    stranger: Person
    agreement: int = 0
    closed_to_strangers: list[str] = field(default_factory=list)

    @property
    def coordinators(self) -> list[Person]:
        return [town.coordinator for town in self.towns.values()]

    def all_but(self, town: Town) -> list[Town]:
        return [other for other in self.towns.values() if other is not town]


def make_region(app: Flask, time: Time) -> Region:
    with transaction():
        departments = make_departments()
        towns = {
            slug: make_town(
                app,
                time,
                departments,
                code,
                slug,
                name,
                [Translated(zh_Hans=f"{name['zh_Hans']}第{n}小学", en=f"{name['en']} school {n}") for n in (1, 2)],
            )
            for slug, (code, name) in NAMES.items()
        }
        stranger = make_stranger(app, time, departments)
    return Region(app, time, towns, stranger)


def test_three_cities(app: Flask, work: Work) -> None:
    with time_from(app, "2027-01-04", work) as time:
        region = make_region(app, time)
        three_cities_agree(region)
        offices_are_paired_across(region)
        departures_are_offered(region)
        the_chair_goes_round(region, MEETINGS[0], "nanning")
        schools_register(region)
        the_chair_goes_round(region, MEETINGS[1], "baise")
        groups_and_delegations_travel(region)
        the_chair_goes_round(region, MEETINGS[2], "chongzuo")
        a_notice_is_for_the_partners(region)
        help_is_asked_far_from_home(region)
        the_chair_goes_round(region, MEETINGS[3], "nanning")
        the_ledger_by_pairs_is_what_a_hand_counts(region)
        all_three_read_the_report(region)
        nobody_else_finds_anything(region)


def three_cities_agree(region: Region) -> None:
    nanning, baise, chongzuo = region.towns.values()
    others = [chongzuo.id, baise.id]
    terms = {
        **both("name", "三市合作协议", "Agreement of three cities"),
        **both("text", "互访互学。", "Visit and learn."),
    }
    plans = ["youth", "community"]
    nanning.coordinator.sends("/coordinator/agreements/new", **terms, plans=plans, city_ids=others)
    found = re.search(r"/coordinator/agreements/(\d+)", baise.coordinator.reads("/coordinator/agreements"))
    assert found is not None
    region.agreement, own = int(found[1]), found[0]
    region.closed_to_strangers.append(own)
    assert "is in force" in baise.coordinator.presses(own, "sign")
    plan = f"/coordinator/agreements/{region.agreement}/meetings/plan"
    chongzuo.coordinator.sends(plan, every_months="2", begins="09:30", minutes="60")


def offices_are_paired_across(region: Region) -> None:
    """Nanning proposes to both; the office of labour of one city so has a counterpart in each other."""
    address = f"/coordinator/agreements/{region.agreement}/counterparts"
    region.closed_to_strangers.append(address)
    nanning, baise, chongzuo = region.towns.values()
    for by, others in ((nanning, (chongzuo, baise)), (chongzuo, (baise,))):
        for other in others:
            pair = {"office_id": by.labour.office_id, "other_id": other.labour.office_id}
            by.coordinator.sends(address, address, **pair)
            confirm = re.search(rf'action="({address}/\d+/confirm)"', other.coordinator.reads(address))
            assert confirm is not None
            other.coordinator.sends(address, confirm[1])


def departures_are_offered(region: Region) -> None:
    """A menu, a package and a departure of a day in each city."""
    region.time.it_is("2027-02-08")
    for slug, town in region.towns.items():
        activity = Activity(f"{town.name}手工", f"Crafts of {town.name}")
        season = ("2027-03-01", "2027-08-31")
        publish_menu(town.organiser, (f"{town.name}馆", f"House of {town.name}"), season, [activity])
        package = publish_package(
            town.organiser, (f"{town.name}一日", f"A day in {town.name}"), days=1, stops=activity.english
        )
        dates = {"opens": "2027-03-01T09:00", "closes": "2027-05-03T18:00", "rosters": "2027-05-05T18:00"}
        open_departure(town.organiser, package, HOSTED_ON[slug], capacity=60, **dates)


def the_chair_goes_round(region: Region, day: str, slug: str) -> None:
    """Whoever opens the form finds the city whose turn it is; that one invites and writes, the others confirm."""
    town = region.towns[slug]
    chair, others = town.coordinator, [other.coordinator for other in region.all_but(town)]
    region.time.it_is((date.fromisoformat(day) - timedelta(days=15)).isoformat())
    call = f"/coordinator/agreements/{region.agreement}/meetings/new"
    for person in region.coordinators:
        assert form_of(person.reads(call))["chair_city_id"] == str(town.id)
    where = both("place", "会议室", "Meeting room")
    meeting = others[0].goes_from(call, **where, starts_at=f"{day}T09:30")
    region.closed_to_strangers += [meeting, f"{meeting}/minutes/print"]
    chair.sends(f"{meeting}/agenda", **both("items-0-title", "下一步", "Next steps"))
    chair.sends(f"{meeting}/people", f"{meeting}/members", user_ids=[person.id for person in region.coordinators])
    chair.sends(f"{meeting}/people", f"{meeting}/invite")
    for person in others:
        assert person.asks_for(f"{meeting}/people").status_code == 403
        person.sends(meeting, f"{meeting}/answer", answer="yes")
    region.time.comes(f"{day} 11:00")
    chair.sends(f"{meeting}/minutes", **both("items-0-decision", f"{town.name}主办", f"Decided in {town.name}"))
    chair.presses(meeting, "minutes/send")
    for number, person in enumerate(others, 1):
        page = person.presses(meeting, "minutes/confirm")
        assert ("Decision no." in page) == (number == len(others))  # it holds once all have confirmed it


def schools_register(region: Region) -> None:
    region.time.it_is("2027-03-15")
    for (sending, hosting), (pupils, staff) in GROUPS.items():
        school = [slug for slug in region.towns if slug != sending].index(hosting)
        leader = region.towns[sending].schools[school].leader
        found = re.search(
            r'href="(/departures/\d+)"', leader.reads(f"/departures?city={region.towns[hosting].slug}&month=2027-05")
        )
        assert found is not None
        page = leader.sends(
            f"{found[1]}/register",
            pupils=pupils,
            staff=staff,
            roster_text=pasted(group(pupils, staff)),
            register="yes",
        )
        assert "The group is confirmed" in page


def groups_and_delegations_travel(region: Region) -> None:
    """Departures end by themselves; visits go round the ring and are agreed by the side that receives."""
    region.time.comes("2027-05-06")
    visits = {}
    for (sending, hosting), persons in DELEGATIONS.items():
        guest, host = region.towns[sending], region.towns[hosting]
        terms = visit_terms(guest, host, ("2027-05-18", "2027-05-19"), persons)
        visit = propose(guest.coordinator, way_of(region.agreement, guest, host), terms)
        accept(host.coordinator, visit)
        (third,) = (town for town in region.all_but(guest) if town is not host)
        assert "How neighbours settle disputes" in third.coordinator.reads(visit)  # reads, and does not speak
        assert third.coordinator.asks_for(f"{visit}/edit").status_code == 403
        visits[visit] = guest, persons
    region.closed_to_strangers += visits
    region.time.comes("2027-05-20")
    for visit, (guest, persons) in visits.items():
        carry_out(guest.coordinator, visit, persons)
    over = region.coordinators[0].reads("/coordinator/exchanges?when=past")
    exchanges = set(re.findall(r'href="(/coordinator/exchanges/\d+)"', over))
    assert len(exchanges) == len(GROUPS) + len(DELEGATIONS)
    region.closed_to_strangers += exchanges


def a_notice_is_for_the_partners(region: Region) -> None:
    writer = region.towns["chongzuo"].coordinator
    own = writer.goes_from(
        "/noticeboard/new",
        **both("title", "三市补助", "Subsidies of three cities"),
        **both("body", "每团两千元。", "Two thousand a group."),
        kind="notice",
        category="safety",
        visibility="partners",
    )
    writer.presses(own, "publish")
    notice = f"/notices/{own.rpartition('/')[2]}"
    for town in region.towns.values():
        assert "Two thousand a group." in town.schools[0].leader.reads(notice)
    region.closed_to_strangers.append(notice)


def help_is_asked_far_from_home(region: Region) -> None:
    """Somebody from Nanning in Baise: the office there answers, its counterpart at home reads along, no third one."""
    nanning, baise, chongzuo = region.towns.values()
    newcomer = Person(region.app, region.time)
    asked = {"topic": "job", "place": f"city-{baise.id}", "words": "Who needs a welder?", "contact": "13987650123"}
    page = newcomer.sends("/help/ask", **asked, home_city_id=nanning.id, is_home_told="y")
    found = re.search(r'id="code">([^<]+)<.*id="pin">(\d{6})<', page, re.DOTALL)
    assert found is not None
    desk = f"/office/help/{found[1].replace('-', '')}"
    nanning.labour.sends(desk, f"{desk}/note", **{"note-words": "We have the school's certificate."})
    page = baise.labour.reads(desk)
    assert "We have the school" in page
    assert "13987650123" not in nanning.labour.reads(desk)
    baise.labour.sends(desk, f"{desk}/answer", **{"answer-words": "The yard at the river does."})
    assert "The yard at the river does." in newcomer.sends("/help/open", code=found[1], pin=found[2])
    chongzuo.labour.finds_nothing_at(desk)
    region.closed_to_strangers.append(desk)


def the_ledger_by_pairs_is_what_a_hand_counts(region: Region) -> None:
    by_hand: dict[tuple[Plan, Direction], Figures] = {}
    for way, (by_groups, by_delegations) in PERSON_DAYS.items():
        direction = Direction(*(region.towns[slug].id for slug in way))
        by_hand[Plan.YOUTH, direction] = Figures(1, by_groups, by_groups)
        if by_delegations:
            by_hand[Plan.COMMUNITY, direction] = Figures(1, DELEGATIONS[way], by_delegations)
    found: Ledger = tally(list_stays(region.agreement, Period.of_year(2027)))
    assert found == by_hand
    for person in region.coordinators:
        page = person.reads("/coordinator/ledger?year=2027")
        assert page.count('aria-labelledby="pair-') == 3
        for there, back in (("Nanning", "Baise"), ("Nanning", "Chongzuo"), ("Baise", "Chongzuo")):
            assert f">{there} ↔ {back}<" in page
    chaired = db.session.query(Meeting.chair_city_id).order_by(Meeting.starts_at)
    assert [row[0] for row in chaired] == [
        region.towns[slug].id for slug in ("nanning", "baise", "chongzuo", "nanning")
    ]


def all_three_read_the_report(region: Region) -> None:
    """Asked for by one, made by a worker, the same for each: all groups are counted, no delegation is small enough."""
    asking, *others = region.coordinators
    question = {"about": f"agreement:{region.agreement}", "year": "2027", "span": "year"}
    report = asking.goes_from("/coordinator/reports/new", **question).removesuffix("/making")
    region.time.let_work()
    for person in (asking, *others):
        page = person.reads(report)
        assert "Agreement of three cities" in page
        for by_groups, _ in PERSON_DAYS.values():
            assert f">{by_groups}<" in page
    region.closed_to_strangers += [report, f"{report}/workbook"]


def nobody_else_finds_anything(region: Region) -> None:
    region.stranger.finds_nothing_at(*region.closed_to_strangers)
    for page in ("/coordinator/meetings", "/coordinator/exchanges", "/coordinator/ledger", "/coordinator/visits"):
        assert "of three cities" not in region.stranger.reads(page)
