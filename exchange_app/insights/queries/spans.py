"""How many days lie between two dates, in the words of each engine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement


class days_of(FunctionElement[int]):
    """Days from a first to a last one, both among them."""

    type = Integer()
    inherit_cache = True
    name = "days_of"


@compiles(days_of)
def _subtracted(element: days_of, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({last} - {first} + 1)"


@compiles(days_of, "sqlite")
def _counted_in_sqlite(element: days_of, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) + 1 AS INTEGER)"
