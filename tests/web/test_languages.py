"""In which language somebody reads: chosen, else the browser's, else Chinese."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.pages import form_of


def language_of(client: FlaskClient, accepted: str | None = None) -> str:
    page = client.get("/sign-in", headers={"Accept-Language": accepted} if accepted else {}).text
    return page.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh-Hans"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,en;q=0.5", "en"),
        ("vi", "zh-Hans"),
        ("*", "zh-Hans"),
        (";;;", "zh-Hans"),
    ],
)
def test_the_browser_is_asked(visitor: FlaskClient, accepted: str | None, language: str) -> None:
    assert language_of(visitor, accepted) == language


def choose(client: FlaskClient, language: str, page: str = "/sign-in?next=/account") -> str:
    typed = {**form_of(client.get(page).text, "/language"), "language": language}
    return str(client.post("/language", data=typed).location)


def test_a_choice_wins_and_lasts_and_leads_back_to_the_same_page(visitor: FlaskClient) -> None:
    assert choose(visitor, "en") == "/sign-in?next=/account"
    assert language_of(visitor, "zh-CN") == "en"
    choose(visitor, "zh_Hans")
    assert language_of(visitor, "en") == "zh-Hans"


def test_a_list_stays_narrowed_down(visitor: FlaskClient) -> None:
    """With htmx the browser's address changes after the page was made."""
    typed = {**form_of(visitor.get("/sign-in").text, "/language"), "language": "en"}
    for shown, leads_to in [
        ("http://localhost/sign-in?days=2&q=", "/sign-in?days=2&q="),
        ("http://localhost/departures?days=2", "/sign-in"),
        ("", "/sign-in"),
    ]:
        assert visitor.post("/language", data=typed, headers={"Referer": shown}).location == leads_to


def test_a_language_that_we_do_not_speak_changes_nothing(visitor: FlaskClient) -> None:
    choose(visitor, "xx")
    assert language_of(visitor, "en") == "en"


def test_the_switch_leads_to_no_other_site(visitor: FlaskClient) -> None:
    typed = {**form_of(visitor.get("/sign-in").text, "/language"), "language": "en", "next": "//elsewhere.example"}
    assert visitor.post("/language", data=typed).location == "/"
