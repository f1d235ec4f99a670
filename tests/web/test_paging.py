"""Long lists a page at a time."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import City
from exchange_app.web.paging import Page, PageNotFound, page_of
from tests.builders import make_city
from tests.statements import counted_statements

CITIES = select(City).order_by(City.code)


def add_cities(count: int) -> None:
    with transaction():
        for _ in range(count):
            make_city()


def open_page(app: Flask, query: str, size: int = 3) -> Page:
    with app.test_request_context(f"/packages?{query}"):
        return page_of(CITIES, size=size)


def test_a_list_is_cut_into_pages(app: Flask) -> None:
    add_cities(7)
    pages = [open_page(app, f"page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [(page.has_previous, page.has_next) for page in pages] == [(False, True), (True, True), (True, False)]
    assert {page.total for page in pages} == {7}
    assert {page.count for page in pages} == {3}
    assert len({city.id for page in pages for city in page}) == 7


def test_a_last_page_that_is_full_has_no_next(app: Flask) -> None:
    add_cities(6)
    assert open_page(app, "page=2").has_next is False


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_external", "_anchor", "_method", "path"])
def test_whatever_an_address_asks_for_is_kept_and_means_nothing_else(
    app: Flask, client: FlaskClient, name: str
) -> None:
    """To whoever builds the addresses of other pages these would be words of its own."""
    assert client.get(f"/packages?{name}=javascript").status_code == 200
    add_cities(4)
    with app.test_request_context(f"/packages?{name}=javascript&{name}=b&page=2"):
        page = page_of(CITIES, size=3)
        assert page.address(1) == f"/packages?{name}=javascript&{name}=b"
        assert page.address(3) == f"/packages?{name}=javascript&{name}=b&page=3"


@pytest.mark.parametrize("query", ["", "page=", "page=0", "page=-1", "page=x", "page=1.5", "page=٣", "page=99999999"])
def test_what_is_no_page_number_means_the_first_page(app: Flask, query: str) -> None:
    add_cities(4)
    assert open_page(app, query).number == 1


def test_there_is_no_page_beyond_the_last(app: Flask) -> None:
    add_cities(3)
    with pytest.raises(PageNotFound):
        open_page(app, "page=2")


def test_an_empty_list_has_one_page(app: Flask) -> None:
    page = open_page(app, "")
    assert (len(page), page.total, page.count) == (0, 0, 1)


def test_links_to_other_pages_keep_the_filters(app: Flask) -> None:
    add_cities(4)
    with app.test_request_context("/packages?plan=youth&plan=tourism&page=1"):
        page = page_of(CITIES, size=3)
        assert page.address(2) == "/packages?plan=youth&plan=tourism&page=2"
        assert page.address(1) == "/packages?plan=youth&plan=tourism"


def test_several_things_in_a_row_stay_together(app: Flask) -> None:
    add_cities(1)
    with app.test_request_context("/packages"):
        page = page_of(select(City, City.code).order_by(City.code))
    city, code = page.rows[0]
    assert city.code == code


def test_a_list_that_fits_on_one_page_is_not_counted(app: Flask) -> None:
    add_cities(2)
    with app.test_request_context("/packages"), counted_statements() as statements:
        page_of(CITIES)
    assert len(statements) == 1
    db.session.rollback()
