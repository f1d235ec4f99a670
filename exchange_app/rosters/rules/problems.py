"""What is wrong with one field of a roster: a sentence, and how a rule says it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Why one field cannot be taken.

    ``words`` is a lazy sentence, filled from ``facts`` in the reader's language.
    """

    field: str
    words: Any
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        text = str(self.words)
        return text % self.facts if self.facts else text

    def __str__(self) -> str:
        return self.sentence


class Misfit(Exception):
    """What was written cannot stand in its field. `check_person` makes a Problem of the sentence it carries."""

    def __init__(self, words: Any, **facts: Any) -> None:
        super().__init__()
        self.words = words
        self.facts = facts

    def beside(self, field_name: str) -> Problem:
        return Problem(field_name, self.words, self.facts)
