"""How the values of an enumeration read on pages. Features say it in their `labels.py`; here it is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Labels = Mapping[Any, Mapping[Any, Any]]  # by enumeration, then by its value

# Kept by enumeration: values of different ones may be equal as text.
_labels: dict[type[StrEnum], Mapping[Any, Any]] = {}


def add_labels(labels: Labels) -> None:
    """Take in a feature's labels: for each enumeration the words of each of its values."""
    _labels.update(labels)


def label(value: StrEnum) -> str:
    """A value's words in the reader's language."""
    return str(_labels[type(value)][value])


def choices_of(values: type[StrEnum]) -> list[tuple[str, str]]:
    """The values and their labels, in their order, as a select field wants them."""
    return [(value.value, label(value)) for value in values]
