"""Search: Chinese without cutting it into words, English in any order and case; titles first; only what is public."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from exchange_app.catalogue import search, service
from exchange_app.catalogue.models import Package, Publication, SearchEntry
from exchange_app.catalogue.terms import BaseTerms, fingerprint, terms_of
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import County
from tests.builders import both, make_package
from tests.pages import speak
from tests.statements import counted_statements


@pytest.fixture
def packages(client: FlaskClient) -> dict[str, Package]:
    with transaction():
        art = make_package(
            title=Translated(zh_Hans="左江花山岩画与天琴", en="Huashan Rock Art and the Tianqin"),
            summary=Translated(zh_Hans="乘船看岩画。", en="By boat."),
        )
        drums = make_package(
            title=Translated(zh_Hans="铜鼓与山歌", en="Drums, Songs and Brocade"),
            summary=Translated(zh_Hans="也讲岩画。", en="A talk about rock art, too."),
        )
        base = art.stops[0].menu_item.base  # type: ignore[union-attr]
        base.county = County(city=art.host_city, code="451422", name=Translated(zh_Hans="宁明县", en="Ningming County"))
        hidden = make_package(title=Translated(zh_Hans="岩画草稿", en="Rock art draft"), publication=Publication.DRAFT)
        db.session.flush()
        search.rewrite(search.list_outdated())
    return {"art": art, "drums": drums, "hidden": hidden}


def found(query: str) -> list[int]:
    """The packages that are found, the best first."""
    rows = db.session.execute(search.select_found(search.read_words(query)))
    return [row.package_id for row in rows if row.package_id is not None]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("岩画", ["art", "drums"]),
        ("左江岩画", ["art"]),
        ("花山的岩画", ["art"]),
        ("art ROCK", ["art", "drums"]),
        ("ｒｏｃｋ　ａｒｔ", ["art", "drums"]),
        ("tianq", ["art"]),
        ("山歌", ["drums"]),
        ("ock", []),
        ("宁明", ["art"]),
        ("ningming huashan", ["art"]),
        ("岩画 brocade", ["drums"]),
        ("100% _ '; DROP", []),
    ],
)
def test_titles_come_first_and_every_word_counts(packages: dict[str, Package], query: str, names: list[str]) -> None:
    assert found(query) == [packages[name].id for name in names]


def test_what_changes_is_found_by_its_new_words(packages: dict[str, Package]) -> None:
    base = packages["art"].stops[0].menu_item.base  # type: ignore[union-attr]
    terms = terms_of(base, BaseTerms)
    renamed = replace(terms, name=both("Zebra House"))
    with transaction():
        service.change_base(base, renamed, seen=fingerprint(terms))
    assert found("zebra") == [packages["art"].id]
    with transaction():
        base.county.name = Translated(zh_Hans="新县", en="Newcounty")
    with transaction():
        search.rewrite(search.list_outdated())
    assert found("newcounty") == [packages["art"].id]
    assert search.list_outdated() == [(owner, []) for owner, _ in search.list_outdated()]


def test_a_database_from_before_there_was_a_search_is_searched_at_once(packages: dict[str, Package]) -> None:
    with transaction():
        db.session.execute(delete(SearchEntry))
    assert found("ningming") == []
    with transaction():
        search.fill_if_empty()
    assert packages["art"].id in found("ningming")


def test_the_page_shows_packages_activities_and_bases(client: FlaskClient, packages: dict[str, Package]) -> None:
    speak(client, "en")
    assert "Type a place" in client.get("/search").text
    assert "Nothing has all of these words" in client.get("/search?q=xyzzy").text
    with counted_statements() as sent:
        page = client.get("/search?q=ningming").text
    assert len(sent) <= 4
    item = packages["art"].stops[0].menu_item
    assert item is not None
    for address in (f"/packages/{packages['art'].slug}", f"/menus/{item.slug}", f"/bases/{item.base.slug}"):
        assert address in page
    assert "Rock art draft" not in client.get("/search?q=rock").text
    assert client.get("/search?q=" + "x" * 3000).status_code == 200
    speak(client, "zh_Hans")
    assert "左江花山岩画与天琴" in client.get("/packages?q=花山").text
    assert "铜鼓与山歌" not in client.get("/packages?q=花山").text
