"""A delegation's visit, from what is proposed to what follows from it, on the pages of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.journeys.actors import Person
from tests.journeys.towns import Town

PHONE = "13900007777"


def visit_terms(sending: Town, hosting: Town, days: tuple[str, str], persons: int, **more: Any) -> Mapping[str, Any]:
    """What is typed: so many of the office of ethnic affairs, received by its counterpart."""
    return {
        "title": "How neighbours settle disputes",
        "purpose": "learning",
        "plan": "community",
        "aims": "Mediation at the door",
        "starts_on": days[0],
        "ends_on": days[1],
        "members-0-office_id": sending.coordinator.office_id,
        "members-0-persons": persons,
        "host_office_id": hosting.coordinator.office_id,
        "contact_name": "Nong Mei",
        "contact_phone": PHONE,
        **more,
    }


def way_of(agreement: int, sending: Town, hosting: Town) -> str:
    return f"/coordinator/agreements/{agreement}/visits/{sending.id}/{hosting.id}"


def propose(by: Person, address: str, terms: Mapping[str, Any]) -> str:
    """Its own page."""
    return by.goes_from(address, **terms)


def accept(by: Person, visit: str) -> None:
    assert "co-ordinator of each side" in by.presses(visit, "accept")


def carry_out(by: Person, visit: str, came: int) -> None:
    assert "counts in the ledger" in by.sends(visit, f"{visit}/carried-out", came=came)
