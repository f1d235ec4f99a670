"""What a calendar of festivals counts by, what a photo shows, and who may vouch for what others wrote."""

from __future__ import annotations

from enum import StrEnum

MOST_PHOTOS = 12
MOST_LINKS = 12
LONGEST_FESTIVAL = 31


class Reckoning(StrEnum):
    """Which calendar the day of a festival is counted in."""

    LUNAR = "lunar"
    SOLAR = "solar"


class StoryState(StrEnum):
    """PROPOSED waits for a second person; only they make it PUBLISHED."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Shows(StrEnum):
    """Whether children can be recognised in a photo. Whoever looks at it says so; no machine looks at faces."""

    NOBODY = "nobody"
    CHILDREN = "children"


class Permission(StrEnum):
    """How it stands with those whom a photo shows: GIVEN by all; UNNAMED while nobody has said who they are; OUTDATED
    where a guardian agreed to something else than what is asked now; LOST where one refused, withdrew or never
    answered, or where the proof is no longer kept."""

    GIVEN = "given"
    UNNAMED = "unnamed"
    OUTDATED = "outdated"
    LOST = "lost"


class Answer(StrEnum):
    """What an invited city says."""

    YES = "yes"
    NO = "no"


EDITABLE = (StoryState.DRAFT, StoryState.WITHDRAWN)
