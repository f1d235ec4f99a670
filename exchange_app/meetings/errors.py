"""What joint meetings may refuse."""

from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange_app.core.text import sentence
from exchange_app.meetings.rules import MOST_ACTIONS, MOST_INVITED, MOST_ITEMS


class MeetingNotFound(NotFound):
    slug = "meeting-not-found"
    words = sentence("There is no such meeting.")


class NotTheChair(Forbidden):
    slug = "not-the-chair"
    words = sentence("Only the co-ordinators of the city that chairs prepare this meeting.")


class MeetingStepNotOpen(Conflict):
    slug = "meeting-step-not-open"
    words = sentence("That can no longer be done: look how this meeting stands now.")


class ChairElsewhere(Invalid):
    slug = "chair-elsewhere"
    words = sentence("Choose a city that is party of the agreement.")
    field = "chair_city_id"


class PlaceMissing(Invalid):
    slug = "meeting-place-missing"
    words = sentence("Write where you meet, or the address of the online meeting.")
    field = "place"


class TimeOver(Invalid):
    slug = "meeting-time-over"
    words = sentence("This time is over: choose one that is still to come.")
    field = "starts_at"


class NobodyInvited(Invalid):
    slug = "nobody-invited"
    words = sentence("Choose at least one person to invite.")
    field = "user_ids"


class TooManyInvited(Invalid):
    slug = "too-many-invited"
    words = sentence("Invite at most %(most)s persons.", most=MOST_INVITED)
    field = "user_ids"


class GuestInvitedAlready(Conflict):
    slug = "guest-invited-already"
    words = sentence("This address is invited already.")
    field = "email"


class InvitationNotFound(NotFound):
    slug = "invitation-not-found"
    words = sentence("There is no such invitation.")


class AnswerTooLate(Conflict):
    slug = "meeting-answer-too-late"
    words = sentence("This invitation can no longer be answered: the meeting was cancelled, has begun, or is over.")


class TooManyItems(Invalid):
    slug = "too-many-agenda-items"
    words = sentence("An agenda has at most %(most)s items.", most=MOST_ITEMS)
    field = "taken"


class ItemUntitled(Invalid):
    slug = "agenda-item-untitled"
    words = sentence("Write what this item is about, or remove it.")


class NotBegunYet(Conflict):
    slug = "meeting-not-begun"
    words = sentence("The meeting has not begun: its minutes are written from then on.")


class MinutesEmpty(Invalid):
    slug = "minutes-empty"
    words = sentence("Write what was discussed or decided on at least one item first.")


class DecisionMissing(Invalid):
    slug = "decision-missing"
    words = sentence("Write the decision that settles this problem.")


class MinutesSentAnew(Conflict):
    slug = "minutes-sent-anew"
    words = sentence("These minutes were mended and sent anew meanwhile: read them as they are now, then answer.")


class ObjectionMissing(Invalid):
    slug = "objection-missing"
    words = sentence("Write what has to be changed: the chairing city reads it.")
    field = "words"


class TooManyActions(Invalid):
    slug = "too-many-actions"
    words = sentence("A meeting has at most %(most)s actions.", most=MOST_ACTIONS)
    field = "title"


class ActionNotFound(NotFound):
    slug = "action-not-found"
    words = sentence("There is no such action.")


class ActionNotOpen(Conflict):
    slug = "action-not-open"
    words = sentence("This action was closed already.")


class NotYourAction(Forbidden):
    slug = "not-your-action"
    words = sentence("Only the office that has this action, and its city's co-ordinators, close it.")


class PersonElsewhere(Invalid):
    slug = "action-person-elsewhere"
    words = sentence("Choose somebody of this office, or nobody.")
    field = "person_id"


class ActionDueMissing(Invalid):
    slug = "action-due-missing"
    words = sentence("Write a day after that of the meeting.")
    field = "due_on"


class NoteMissing(Invalid):
    slug = "action-note-missing"
    words = sentence("Write a few words: the others read them.")
    field = "note"
