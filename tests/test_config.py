"""A production that would run on default secrets does not start."""

import pytest

from config import Misconfigured, load_settings
from tests.settings import environment


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"])
@pytest.mark.parametrize("value", ["", "short", "change-me-change-me-change-me-change-me"])
def test_missing_short_and_placeholder_secrets_are_refused(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        load_settings(environment(**{name: value}))


def test_a_database_has_to_be_named() -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        load_settings(environment(DATABASE_URL=""))


@pytest.mark.parametrize("short", ["postgres", "postgresql"])
def test_the_usual_address_of_postgresql_is_understood(short: str) -> None:
    settings = load_settings(environment(DATABASE_URL=f"{short}://u:p@db/exchange"))
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@db/exchange"


def test_over_tls_the_cookie_is_bound_to_the_host() -> None:
    settings = load_settings(environment(PUBLIC_URL="https://exchange.example"))
    assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert settings["SESSION_COOKIE_SECURE"] is True


def test_organisers_and_administrators_need_a_second_factor_and_in_a_demo_nobody() -> None:
    unset = {name: value for name, value in environment().items() if name != "SECOND_FACTOR_FOR"}
    assert load_settings(unset)["SECOND_FACTOR_FOR"] == {"organiser", "coordinator", "administrator"}
    assert load_settings({**unset, "DEMO": "1"})["SECOND_FACTOR_FOR"] == set()
    assert load_settings({**unset, "DEMO": "1", "SECOND_FACTOR_FOR": " head, leader"})["SECOND_FACTOR_FOR"] == {
        "head",
        "leader",
    }
    with pytest.raises(Misconfigured, match="SECOND_FACTOR_FOR"):
        load_settings(environment(SECOND_FACTOR_FOR="organizer"))


def test_what_is_more_sensitive_is_never_kept_longer() -> None:
    with pytest.raises(Misconfigured, match="DOCUMENTS_KEPT_DAYS"):
        load_settings(environment(DOCUMENTS_KEPT_DAYS="400"))


def test_who_may_frame_the_widget_is_nobody_or_named_by_origin() -> None:
    assert load_settings(environment())["WIDGET_ORIGINS"] == ()
    named = load_settings(environment(WIDGET_ORIGINS="https://www.city.example, https://*.school.example:8443"))
    assert named["WIDGET_ORIGINS"] == ("https://www.city.example", "https://*.school.example:8443")
    for wrong in ("*", "www.city.example", "https://a.example/page", "https://a.example; script-src *", "'self'"):
        with pytest.raises(Misconfigured, match="WIDGET_ORIGINS"):
            load_settings(environment(WIDGET_ORIGINS=wrong))
