"""The navigation of those who work for the cities: in groups with a name each, nothing of it lost or shut."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import make_user
from tests.coordination.conftest import Region
from tests.pages import sign_in

ORGANISERS = (
    "/organiser/ /organiser/planner /organiser/departures /organiser/bookings /organiser/tailored /organiser/incidents "
    "/organiser/packages /organiser/menus /organiser/bases /organiser/papers /coordinator/meetings "
    "/coordinator/actions /coordinator/problems /noticeboard /publicity /coordinator/counterparts "
    "/organiser/organisations"
)
LEADS_TO = {
    Role.COORDINATOR: (
        "/coordinator /coordinator/exchanges /coordinator/visits /coordinator/ledger /coordinator/meetings "
        "/coordinator/actions /coordinator/problems /coordinator/lessons /noticeboard /publicity /office/help "
        "/coordinator/agreements /coordinator/counterparts /coordinator/liaisons /offices"
    ),
    Role.ORGANISER: f"{ORGANISERS} /office/help",
    Role.ADMINISTRATOR: (
        f"{ORGANISERS} /office/help/guides /coordinator/exchanges /coordinator/visits /coordinator/ledger "
        "/coordinator/agreements /coordinator/liaisons /administrator/cities /administrator/departments "
        "/administrator/users /mailbox /administrator/audit /administrator/retention /administrator/breaches"
    ),
}


@pytest.mark.parametrize("role", LEADS_TO)
def test_the_navigation_leads_to_all_work_in_named_groups(client: FlaskClient, region: Region, role: Role) -> None:
    with transaction():
        user = make_user(region.here.office, role)
    sign_in(client, user)
    page = client.get("/publicity").text
    navigation = page.partition('class="work-navigation"')[2].partition("</nav>")[0]
    links = re.findall(r'<a href="([^"]+)"', navigation)
    assert len(links) == len(set(links))
    assert set(links) >= set(LEADS_TO[role].split())
    assert {link for link in links if client.get(link, follow_redirects=True).status_code != 200} == set()
    groups = re.findall(r'role="group" aria-labelledby="([^"]+)"', navigation)
    assert len(groups) > 3
    assert all(re.search(rf'id="{name}">[^<]+<', navigation) for name in groups)
