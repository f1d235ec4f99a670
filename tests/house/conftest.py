"""The whole building, without a database; and one with the demo in it, where every page has something to show."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange_app.factory import create_app
from tests.demo.conftest import demo, loaded_app, loaded_url
from tests.settings import make_settings

__all__ = ["demo", "loaded_app", "loaded_url"]


@pytest.fixture(scope="session")
def building() -> Flask:
    return create_app(make_settings())
