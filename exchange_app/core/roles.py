"""What a person who signs in may be."""

from enum import StrEnum


class Role(StrEnum):
    """A leader registers groups of a school; its head and the education bureau of its city approve them; an organiser
    hosts groups; a co-ordinator keeps what a city has agreed with others: agreements, meetings, notices, visits,
    requests for help."""

    LEADER = "leader"
    HEAD = "head"
    BUREAU = "bureau"
    ORGANISER = "organiser"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
