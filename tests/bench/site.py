"""The departure page, a list of 200 departures, registering groups and claiming their seats, by eight clients, where it
can be beside what bare SQL reaches; and how many groups get seats in a rush for a few."""

from __future__ import annotations

import os
import sys
from collections import Counter

from flask import Flask
from sqlalchemy import select

from exchange_app.bookings.models import Booking
from exchange_app.core import clock
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure
from launcher import processes
from launcher.run import WEB
from tests.bench import city, claims, floor
from tests.bench.browsers import Browser, registration_form, registrations
from tests.bench.city import FEW, SMALLEST, Offer
from tests.bench.floor import Pgbench, beside
from tests.bench.load import Connection, Figures, run
from tests.bench.place import Place
from tests.statements import counted_statements

CLIENTS = 8
RUSH = 32  # at once, for few seats
GROUP = 30
CLAIMS, BARE_CLAIMS = 2_000, 6_000  # a second: more than any machine makes


def measure(place: Place) -> None:
    pgbench = Pgbench(place.plain_url, place.folder, CLIENTS, place.seconds)
    offer = city.build(clock.now(), CLIENTS)
    count_statements(place.app, offer)
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()
    command = [sys.executable, "-m", *WEB, "--host", "127.0.0.1", "--port", str(place.port)]
    server = processes.start(command, log=place.folder / "web.log", environment={**os.environ, **place.settings})
    try:
        processes.wait_until(lambda: answers(place.port), 30)
        measure_pages(place.port, offer, place.seconds)
        measure_registrations(place.port, offer, pgbench)
    finally:
        processes.stop([server], 5)
    measure_claims(offer, pgbench)
    bare = {departure.pool_id for departure in offer.for_bare_sql}  # which claims nothing for the seats it takes
    differences = [difference for difference in audit() if difference.pool_id not in bare]
    print(f"seats: {len(differences)} differences between what is taken and what is claimed")


def answers(port: int) -> bool:
    try:
        return Connection(port).ask(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")[0] == 200
    except OSError:
        return False


def count_statements(app: Flask, offer: Offer) -> None:
    """In this process, because the server's own cannot be asked."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": offer.leaders[0].email, "password": city.PASSWORD})

    def count(what: str, path: str, form: dict[str, str] | None = None) -> None:
        with counted_statements() as sent:
            response = client.post(path, data=form) if form else client.get(path)
        print(f"{what}: {len(sent)} SQL statements (status {response.status_code})")

    count("departure page", f"/departures/{offer.departures[0].id}")
    count("list of 200 departures", "/departures?size=200")
    for stops, departure in offer.by_stops.items():
        for persons in (GROUP, 2 * GROUP):
            form = registration_form(0, persons)
            count(f"register a group of {persons}, {stops} slots", f"/departures/{departure.id}/register", form)


def measure_pages(port: int, offer: Offer, seconds: float) -> None:
    visitor = Browser(port)

    def measure(what: str, path: str, to_reach: int) -> None:
        request = visitor.request("GET", path)
        report(what, run(port, lambda _client, _number: request, clients=CLIENTS, seconds=seconds), to_reach)

    measure("departure page", f"/departures/{offer.departures[0].id}", 400)
    measure("list of 200 departures", "/departures?size=200", 300)


def measure_registrations(port: int, offer: Offer, pgbench: Pgbench) -> None:
    """Those by number of slots stand beside the floor of one departure without any."""
    browsers = [Browser(port, leader.email) for leader in offer.leaders]
    pattern = db.session.scalars(select(Booking.id).where(Booking.pupils + Booking.staff == GROUP)).first()
    scripts = [floor.registration(pattern, departure) for departure in offer.for_bare_sql]
    db.session.commit()

    def measure(what: str, departures: list[Departure], bare: float | None) -> None:
        requests = registrations(browsers, [departure.id for departure in departures], GROUP)
        figures = run(port, requests, clients=CLIENTS, seconds=pgbench.seconds)
        report(f"register a group of {GROUP}, {what}", figures, 120, bare)

    def rush(departure: Departure) -> Figures:
        requests = registrations(browsers * (RUSH // CLIENTS), [departure.id], SMALLEST)
        return run(port, requests, clients=RUSH, seconds=pgbench.seconds)

    one, many = pgbench.per_second(*scripts[:1]), pgbench.per_second(*scripts)
    measure("one departure", offer.departures[:1], one)
    measure(f"{len(scripts)} departures", offer.departures[: len(scripts)], many)
    for stops, departure in offer.by_stops.items():
        measure(f"one departure, {stops} slots", [departure], one)
    alone = registrations(browsers, [offer.departures[0].id], SMALLEST)
    report(f"register a group of {SMALLEST}", run(port, alone, clients=CLIENTS, seconds=pgbench.seconds), 200)
    statuses = rush(offer.small).statuses
    print(f"room for {FEW} groups, {RUSH} clients at once: {statuses[303]} got seats; {in_words(statuses)}")


def measure_claims(offer: Offer, pgbench: Pgbench) -> None:
    school = offer.leaders[0].organisation
    with transaction():
        pattern = db.session.scalars(select(Booking.id)).first()
        ours = floor.copy_booking(pattern, round(CLAIMS * pgbench.seconds))
        theirs = floor.copy_booking(pattern, round(BARE_CLAIMS * pgbench.seconds))
    for stops, departure in offer.by_stops.items():
        rate = claims.per_second(departure.id, school.id, ours, clients=CLIENTS, seconds=pgbench.seconds)
        bare = pgbench.per_second(claims.script(departure, school, theirs, CLIENTS), number=-1)
        print(f"claim alone, one departure, {stops} slots: {rate:.0f} /s{beside(rate, bare)}")


def report(what: str, figures: Figures, to_reach: int, bare: float | None = None) -> None:
    print(
        f"{what}: {figures.per_second:.0f} /s{beside(figures.per_second, bare)} (to reach: {to_reach}); "
        f"median {figures.percentile(0.5) * 1000:.0f} ms, "
        f"95 % within {figures.percentile(0.95) * 1000:.0f} ms; {in_words(figures.statuses)}"
    )


def in_words(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
