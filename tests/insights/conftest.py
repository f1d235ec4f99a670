"""The three cities of the tests of co-ordination, and a year of two of them."""

import pytest
from flask import Flask

from tests.coordination.conftest import Region, client, region
from tests.insights.year import Year, live_through

__all__ = ["client", "region", "year"]


@pytest.fixture
def year(app: Flask, region: Region) -> Year:
    return live_through(region)
