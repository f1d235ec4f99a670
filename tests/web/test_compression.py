"""What goes over the wire compressed, and what must not."""

from __future__ import annotations

import gzip

from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.roles import Role
from tests.builders import make_city, make_organisation, make_user
from tests.pages import sign_in

GZIP = {"Accept-Encoding": "gzip, br"}
STYLES = "/static/vendor/tabler.min.css"


def test_a_page_for_everybody_is_the_same_page_in_fewer_bytes(client: FlaskClient) -> None:
    plain, packed = client.get("/packages"), client.get("/packages", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert b"</html>" in gzip.decompress(packed.data)


def test_a_page_that_is_private_goes_as_it_is(app: Flask, client: FlaskClient) -> None:
    sign_in(client, make_user(make_organisation(make_city()), Role.LEADER))
    answer = client.get("/bookings", headers=GZIP)
    assert "Content-Encoding" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_style_sheet_is_packed_and_known_again(client: FlaskClient) -> None:
    plain, packed = client.get(STYLES), client.get(STYLES, headers=GZIP)
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 30_000
    again = client.get(STYLES, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_who_takes_no_gzip_gets_none(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get(STYLES, headers={"Accept-Encoding": "gzip;q=0"}).headers
    assert client.get(STYLES, headers={**GZIP, "Range": "bytes=0-9"}).status_code == 206
