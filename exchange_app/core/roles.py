"""What a person who signs in may be."""

from enum import StrEnum


class Role(StrEnum):
    LEADER = "leader"
    ORGANISER = "organiser"
    ADMINISTRATOR = "administrator"
