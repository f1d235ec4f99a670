"""The three cities of the tests of co-ordination."""

from tests.coordination.conftest import client, region

__all__ = ["client", "region"]
