"""What the catalogue may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence, sentences


class BaseNotFound(NotFound):
    slug = "base-not-found"
    words = sentence("There is no such base.")


class MenuNotFound(NotFound):
    slug = "menu-not-found"
    words = sentence("There is no such menu.")


class MenuItemNotFound(NotFound):
    slug = "menu-item-not-found"
    words = sentence("There is no such activity, or its menu was withdrawn.")


class PackageNotFound(NotFound):
    slug = "package-not-found"
    words = sentence("There is no such package, or it was withdrawn.")


class StopNotFound(NotFound):
    slug = "stop-not-found"
    words = sentence("There is no such entry in this itinerary.")


class ChangedMeanwhile(Conflict):
    """Two people edited the same thing; the second is told before the first one's work is lost.

    ``current`` is the fingerprint of what stands there now; a form that carries it may be saved.
    """

    slug = "changed-meanwhile"
    words = sentence(
        "Somebody else changed this while you were typing. What you typed is kept; saving again replaces their change."
    )

    def __init__(self, *, current: str) -> None:
        super().__init__()
        self.current = current


class GroupSizesTurned(Invalid):
    slug = "group-sizes-turned"
    words = sentence("The largest group cannot be smaller than the smallest.")
    field = "group_max"


class SlotTooSmall(Invalid):
    slug = "slot-too-small"
    words = sentence("A slot has to take at least the largest group.")
    field = "slot_capacity"


class GradesTurned(Invalid):
    slug = "grades-turned"
    words = sentence("The last grade cannot be lower than the first.")
    field = "grade_until"


class SeasonTurned(Invalid):
    slug = "season-turned"
    words = sentence("The season cannot end before it begins.")
    field = "season_until"


class BaseElsewhere(Invalid):
    slug = "base-elsewhere"
    words = sentence("Choose a base of the menu's own city.")
    field = "base_id"


class BaseNamed(Conflict):
    slug = "base-named"
    words = sentence("The programme of a visit names this base: it stays, so that the programme can be read later.")


class BaseInUse(Conflict):
    """``count`` activities take place there."""

    slug = "base-in-use"

    def __init__(self, *, count: int) -> None:
        super().__init__()
        self.words = sentences(
            "One activity takes place here; remove it first.",
            "%(count)s activities take place here; remove them first.",
            count,
            count=count,
        )


class ItemInUse(Conflict):
    """``count`` packages contain it."""

    slug = "item-in-use"

    def __init__(self, *, count: int) -> None:
        super().__init__()
        self.words = sentences(
            "One package contains this activity; take it out of the itinerary first.",
            "%(count)s packages contain this activity; take it out of their itineraries first.",
            count,
            count=count,
        )


class MenuInUse(Conflict):
    """``count`` published packages contain activities of the menu."""

    slug = "menu-in-use"

    def __init__(self, *, count: int) -> None:
        super().__init__()
        self.words = sentences(
            "One published package contains activities of this menu; withdraw it first.",
            "%(count)s published packages contain activities of this menu; withdraw them first.",
            count,
            count=count,
        )


class MenuEmpty(Conflict):
    slug = "menu-empty"
    words = sentence("Add at least one activity; then the menu can be published.")


class TitleMissing(Conflict):
    slug = "title-missing"
    words = sentence("A title is missing: write it in at least one language.")
    field = "title"


class DayWithoutStop(Conflict):
    """Nothing happens on ``day``."""

    slug = "day-without-stop"
    words = sentence("Day %(day)s of the itinerary is empty.")


class StopOutsideDays(Invalid):
    """``day`` lies outside of the package's ``days``."""

    slug = "stop-outside-days"
    words = sentence("Day %(day)s lies outside of this package's %(days)s days.")
    field = "day"


class StopUntitled(Invalid):
    slug = "stop-untitled"
    words = sentence("Choose an activity, or write a title for this entry.")
    field = "title"


class ItemNotPublished(Conflict):
    """The activity ``title`` stands on a menu that visitors do not see."""

    slug = "item-not-published"
    words = sentence("The activity “%(title)s” stands on a menu that is not published.")
    field = "menu_item_id"


class DaysFixed(Conflict):
    slug = "days-fixed"
    words = sentence("The number of days is fixed once a package was published: departures are planned by it.")
    field = "days"


class PlanFixed(Conflict):
    slug = "plan-fixed"
    words = sentence("The plan is fixed once a package was published: figures and agreements count its groups by it.")
    field = "plan"


class HostCityFixed(Conflict):
    slug = "host-city-fixed"
    words = sentence(
        "The host city is fixed once a package was published: figures and agreements count its groups by it."
    )
    field = "host_city_id"


class ReminderTwice(Invalid):
    slug = "reminder-twice"
    words = sentence("This reminder stands here already: change the days, or empty the row.")
    field = "reminders"


class ReminderForFamilies(Invalid):
    slug = "reminder-for-families"
    words = sentence("Families are reminded of the trip only.")
    field = "reminders"


class ReminderTooEarly(Invalid):
    slug = "reminder-too-early"
    words = sentence("Afterwards is one day after the last day, or later.")
    field = "reminders"


class TooManyReminders(Invalid):
    """A package has ``most`` reminders."""

    slug = "too-many-reminders"
    words = sentence("A package has at most %(most)s reminders.")
    field = "reminders"


class PhotoNotFound(NotFound):
    slug = "photo-not-found"
    words = sentence("There is no such photo (any more).")


class PhotoNotCleared(Invalid):
    slug = "photo-not-cleared"
    words = sentence("Look at the photo and say that no child can be recognised in it, or choose another one.")
    field = "is_cleared"


class PhotoMissing(Invalid):
    slug = "photo-missing"
    words = sentence("Choose a photo first.")
    field = "file"


class PictureTooLarge(Invalid):
    """A file may have so many ``megabytes``."""

    slug = "picture-too-large"
    words = sentence("This file is too large: a photo may have at most %(megabytes)s MB.")
    field = "file"


class PictureTooManyPixels(Invalid):
    """A picture may have so many ``megapixels``."""

    slug = "picture-too-many-pixels"
    words = sentence("This picture has too many pixels: at most %(megapixels)s million. Save it smaller.")
    field = "file"


class PictureNotStored(Conflict):
    """The disk is full, or the folder is not ours to write in; the log says which."""

    slug = "picture-not-stored"
    words = sentence("The picture could not be stored: there is no room for it. Tell the administrator of this site.")
    field = "file"


class PictureTooSmall(Invalid):
    """A picture needs so much ``width`` and ``height``, lying or standing."""

    slug = "picture-too-small"
    words = sentence("This picture is too small: it needs at least %(width)s × %(height)s pixels.")
    field = "file"


class PictureBroken(Invalid):
    slug = "picture-broken"
    words = sentence("This file cannot be read as a photo. Choose a JPEG, PNG or WebP picture.")
    field = "file"


class AlternativeMissing(Invalid):
    slug = "alternative-missing"
    words = sentence("Describe the photo in both languages: some readers hear it instead of seeing it.")
    field = "alternative"


class DayTooFull(Conflict):
    slug = "day-too-full"
    words = sentence("The day would not end before midnight: put the entry into another day, or shorten something.")
