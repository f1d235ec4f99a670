"""Every page of the demo that a person can reach by following links, one address for each page and person; some need
something done first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from exchange_app.core.roles import Role
from exchange_app.factory import create_app
from tests.settings import make_settings

PASSWORD = "exchange-demo-2026"
PEOPLE: dict[str, str | None] = {
    "visitor": None,
    Role.LEADER: "leader.nanning@demo.example",
    Role.HEAD: "head.nanning@demo.example",
    Role.BUREAU: "bureau.nanning@demo.example",
    Role.ORGANISER: "organiser.chongzuo@demo.example",
    Role.COORDINATOR: "coordinator.chongzuo@demo.example",
    Role.ADMINISTRATOR: "administrator@demo.example",
}
STARTS = ("/", "/check", "/account", "/inbox", "/mailbox", "/nowhere", "/organiser/")  # some may not: how that looks
OPENED = 8  # so many addresses of one page are opened to look for further links
SHOWN = {"bookings.show": 8}  # a booking looks different in each of its states; of other pages the fullest is shown


@dataclass(frozen=True, slots=True)
class Address:
    """One of the addresses of the page ``name`` (its endpoint), the ``number``-th that is shown."""

    person: str
    name: str
    path: str
    number: int = 1


def sign_in(context: BrowserContext, person: str) -> None:
    email = PEOPLE[person]
    if email is None:
        return
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("main input[name=email]").first.fill(email)
    page.locator("main input[name=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.close()


def find_pages(context: BrowserContext, person: str) -> Iterator[Address]:
    """As ``person``, who is signed in there."""
    endpoint_of = _endpoints()
    waiting, seen, opened = [*STARTS], set[str](), Counter[str]()
    found = defaultdict[str, list[tuple[int, str]]](list)
    while waiting:
        path = waiting.pop(0)
        endpoint = endpoint_of(path)
        if path in seen or opened[endpoint] >= OPENED:
            continue
        seen.add(path)
        answer = context.request.get(path, max_redirects=0)
        if answer.status in (301, 302, 303):
            waiting.append(answer.headers["location"])
        elif answer.headers.get("content-type", "").startswith("text/html"):
            opened[endpoint] += 1
            found[endpoint].append((len(answer.body()), path))
            waiting.extend(_links(answer.text(), path))
    for endpoint, pages in found.items():
        fullest = sorted(pages, reverse=True)[: SHOWN.get(endpoint, 1)]
        yield from (Address(person, endpoint, path, number) for number, (_, path) in enumerate(fullest, 1))


def _endpoints() -> Callable[[str], str]:
    adapter = create_app(make_settings()).url_map.bind("localhost")

    def endpoint_of(path: str) -> str:
        try:
            return str(adapter.match(urlsplit(path).path, method="GET")[0])
        except RequestRedirect:
            return "redirect"
        except HTTPException:
            return "nowhere"

    return endpoint_of


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        address = dict(attributes).get("href")
        if tag == "a" and address:
            self.addresses.append(address)


def _links(html: str, path: str) -> list[str]:
    reader = _Anchors()
    reader.feed(html)
    joined = [urlsplit(urljoin(path, address)) for address in reader.addresses]
    return [link.path + (f"?{link.query}" if link.query else "") for link in joined if not link.netloc and link.path]


def make_pages(page: Page) -> Iterator[Address]:
    """Where no link leads: by the addresses of letters, and what a leader has to do first; ``page`` is a leader's."""
    yield _guests_answer(page)
    page.goto("/bookings")
    bookings = page.locator("main a[href^='/bookings/']").evaluate_all("all => all.map(one => one.pathname)")
    for booking in dict.fromkeys(path for path in bookings if re.fullmatch(r"/bookings/\w+", path)):
        if page.goto(f"{booking}/consents").status == 200 and page.locator("form[action$='/link'] button").count():  # type: ignore[union-attr]
            page.locator("form[action$='/link'] button").first.click()
            link = re.search(r"/c/[\w-]+", page.locator("#link").input_value())
            assert link is not None
            yield Address("visitor", "consents.answer", link[0])
            yield Address("visitor", "retention.about_child", f"{link[0]}/data")
            page.goto(booking)
            yield Address(
                "visitor", "rosters.checked_by_link", urlsplit(page.locator("#check-link").input_value()).path
            )
            break


def _guests_answer(page: Page) -> Address:
    """Letters to guests of a meeting carry it; in the demo everybody reads them."""
    page.goto("/mailbox?kind=meeting_invited")
    letters = page.locator("main a[href^='/mailbox/']").evaluate_all("all => all.map(one => one.pathname)")
    for letter in letters:
        page.goto(letter)
        if link := re.search(r"/meetings/answer/\d+/\w+", page.content()):
            return Address("visitor", "meetings.answer", link[0])
    raise AssertionError("no guest was invited")
