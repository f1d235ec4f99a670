"""What publicity may refuse."""

from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange_app.core.text import sentence


class FestivalNotFound(NotFound):
    slug = "festival-not-found"
    words = sentence("There is no such festival.")


class CampaignNotFound(NotFound):
    slug = "campaign-not-found"
    words = sentence("There is no such campaign.")


class LinkNotFound(NotFound):
    slug = "campaign-link-not-found"
    words = sentence("There is no such package or departure.")


class InvitationNotFound(NotFound):
    slug = "event-invitation-not-found"
    words = sentence("There is no such invitation.")


class StoryNotFound(NotFound):
    slug = "story-not-found"
    words = sentence("There is no such story.")


class StoryPhotoNotFound(NotFound):
    slug = "story-photo-not-found"
    words = sentence("There is no such photo.")


class MentionNotFound(NotFound):
    slug = "media-mention-not-found"
    words = sentence("There is no such report.")


class NothingToShare(NotFound):
    slug = "nothing-to-share"
    words = sentence("There is nothing to share at this address.")


class PublicWordsMissing(Invalid):
    slug = "publicity-words-missing"
    words = sentence("What everybody reads needs its title and its text in both languages.")
    field = "title"


class CampaignEndsBeforeItBegins(Invalid):
    slug = "campaign-ends-before-it-begins"
    words = sentence("It would end before it begins.")
    field = "ends_on"


class NoSuchDay(Invalid):
    slug = "festival-no-such-day"
    words = sentence("No such month has that day.")
    field = "day"


class CampaignIsKnown(Conflict):
    slug = "campaign-is-known"
    words = sentence("It was published or others were invited; withdraw it instead of deleting it.")


class TooManyLinks(Conflict):
    slug = "campaign-too-many-links"
    words = sentence("A campaign leads to at most %(most)s packages and departures.")
    field = "what"


class NotPublic(Conflict):
    slug = "campaign-not-public"
    words = sentence("Publish the campaign before you invite others to it.")


class AlreadyInvited(Conflict):
    slug = "event-already-invited"
    words = sentence("This city was invited already.")
    field = "city_id"


class CannotBeAnswered(Conflict):
    slug = "event-cannot-be-answered"
    words = sentence("The event is over or withdrawn; there is nothing to answer any more.")


class PeopleMissing(Invalid):
    slug = "event-people-missing"
    words = sentence("Write how many people come.")
    field = "people"


class StoryIsOut(Conflict):
    slug = "story-is-out"
    words = sentence("It waits to be checked or is published. Take it back or withdraw it before you change it.")


class StoryNotProposed(Conflict):
    slug = "story-not-proposed"
    words = sentence("It does not wait to be checked any more.")


class StoryNotPublished(Conflict):
    slug = "story-not-published"
    words = sentence("It is not published.")


class SecondPersonNeeded(Forbidden):
    slug = "story-second-person-needed"
    words = sentence("Somebody else has to check it: not who wrote it, added the photo or said who can be recognised.")


class TooManyPhotos(Conflict):
    slug = "story-too-many-photos"
    words = sentence("There is no room for more photos: at most %(most)s.")
    field = "file"


class GroupMissing(Invalid):
    slug = "story-photo-group-missing"
    words = sentence("Choose the group whose children can be recognised.")
    field = "booking_id"


class NobodyNamed(Invalid):
    slug = "story-photo-nobody-named"
    words = sentence("Choose everybody who can be recognised.")
    field = "persons"


class PhotoConsentMissing(Invalid):
    """Whoever is not allowed to be shown is not named here: the page marks them."""

    slug = "story-photo-consent-missing"
    words = sentence("Not all guardians of those who can be recognised agreed to photos: this photo cannot be shown.")
    field = "persons"


class PhotosNotChecked(Conflict):
    slug = "story-photos-not-checked"
    words = sentence("Each photo has to be checked or removed before the story is published.")


class GuardianDisagrees(Conflict):
    slug = "story-photo-guardian-disagrees"
    words = sentence("Not everybody who can be recognised in a photo agreed to it: remove the photo.")


class NotALink(Invalid):
    slug = "media-not-a-link"
    words = sentence("Write an address that begins with https:// or http://.")
    field = "address"
