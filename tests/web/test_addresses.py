"""Only paths of this site are gone on to: a link to the sign-in page must not lead to somebody else's."""

import pytest
from flask import Flask

from exchange_app.web.addresses import here, safe_next


@pytest.mark.parametrize("path", ["/", "/bookings/ABCD2345", "/packages?city=nanning&page=2", "/基地/花山"])
def test_paths_of_this_site_are_taken(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "bookings",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/ok\\..",
        "/a b",
        "/\n/elsewhere.example",
        "javascript:alert(1)",
    ],
)
def test_anything_else_is_not(address: str | None) -> None:
    assert safe_next(address) is None


def test_the_page_somebody_sees_keeps_its_filters(site: Flask) -> None:
    with site.test_request_context("/packages?plan=youth"):
        assert here() == "/packages?plan=youth"


def test_a_path_that_leads_elsewhere_is_never_the_page_somebody_sees(site: Flask) -> None:
    shown = {"HX-Request": "true", "HX-Current-URL": "http://localhost//elsewhere.example/x"}
    with site.test_request_context("/", headers=shown):
        assert here() == "/"
