"""Where the pages of publicity stand, for letters, cards and feeds."""

from __future__ import annotations

CALENDAR_PATH = "/events"


def campaign_path(campaign_id: int) -> str:
    return f"/campaigns/{campaign_id}"


def own_story_path(story_id: int) -> str:
    return f"/publicity/stories/{story_id}"


def naming_path(photo_id: int) -> str:
    return f"/publicity/photos/{photo_id}/persons"


def invitation_path(invitation_id: int) -> str:
    return f"/publicity/invitations/{invitation_id}"


def own_campaign_path(campaign_id: int) -> str:
    return f"/publicity/campaigns/{campaign_id}"
