"""Every value that a column may hold, and that a page may show, has words in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Enum

from exchange_app.core.database import db
from exchange_app.web.labels import label

CHOICES = sorted(
    {
        column.type.enum_class
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum) and column.type.enum_class is not None
    },
    key=lambda values: (values.__module__, values.__qualname__),
)


def test_there_are_choices() -> None:
    assert len(CHOICES) > 8


@pytest.mark.parametrize("values", CHOICES, ids=lambda values: f"{values.__module__}.{values.__qualname__}")
def test_every_value_has_words(building: Flask, values: type[StrEnum]) -> None:
    with building.test_request_context(), force_locale("en"):
        assert all(label(value).strip() for value in values)
