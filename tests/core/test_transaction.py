"""The one place that commits: all or nothing, no nesting, and what follows a commit follows only a commit."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.core.transaction import on_commit, transaction
from exchange_app.partners.models import City
from tests.builders import both, make_city


def stored_cities() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(City)).all())


def fail_after(first: Callable[[], object]) -> None:
    with transaction():
        first()
        _ = 1 / 0


def test_a_fault_in_the_block_leaves_nothing(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after(make_city)
    assert stored_cities() == 0


def test_transactions_do_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction(), transaction():
        pass


def test_a_change_made_outside_is_refused(app: Flask) -> None:
    db.session.add(City(code="450100", slug="nanning", name=both("Nanning")))
    with pytest.raises(RuntimeError), transaction():
        pass


def test_what_follows_the_commit_sees_it_stored(app: Flask) -> None:
    seen: list[int] = []
    with transaction():
        make_city()
        on_commit(lambda: seen.append(stored_cities()))
        assert seen == []
    assert seen == [1]


def test_nothing_follows_a_transaction_that_failed(app: Flask) -> None:
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail_after(lambda: on_commit(lambda: seen.append(1)))
    assert seen == []
