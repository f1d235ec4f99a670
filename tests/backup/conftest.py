"""The demo, whose every table has something to bring back."""

from tests.demo.conftest import loaded_app, loaded_url

__all__ = ["loaded_app", "loaded_url"]
