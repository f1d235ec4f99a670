"""Every refusal is one class with one sentence and a name of its own, in its feature's errors.py."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import exchange_app
from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refusal

KINDS = (NotFound, Forbidden, Invalid, Conflict)

for module in pkgutil.walk_packages(exchange_app.__path__, "exchange_app."):
    importlib.import_module(module.name)


def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


OURS = {one for one in below(Refusal) if one not in KINDS and one.__module__.startswith("exchange_app.")}
# A class with classes below it gathers refusals; nobody says it.
SAID = [one for one in OURS if not one.__subclasses__()]


def has_words(refusal: type[Refusal]) -> bool:
    depends_on_a_number = "__init__" in vars(refusal)
    return depends_on_a_number or str(vars(refusal).get("words", "")).endswith((".", "?", "!"))


def test_every_refusal_is_of_one_kind() -> None:
    assert len(SAID) > 30
    assert [one for one in SAID if sum(issubclass(one, kind) for kind in KINDS) != 1] == []


def test_every_refusal_has_a_name_of_its_own() -> None:
    assert [one for one in SAID if "slug" not in vars(one)] == []
    assert [one for one in SAID if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.slug)] == []
    assert [slug for slug, count in Counter(one.slug for one in SAID).items() if count > 1] == []


def test_every_refusal_is_a_sentence() -> None:
    assert [one for one in SAID if not has_words(one)] == []


def test_every_refusal_stands_where_refusals_stand() -> None:
    modules = {one.__module__ for one in OURS}
    assert [name for name in modules if not name.endswith(".errors") and not name.startswith("exchange_app.web.")] == []
