"""How the states of a meeting and of an action, and the answers to an invitation read on pages."""

from exchange_app.core.text import sentence
from exchange_app.meetings.rules import ActionState, Answer, MeetingState, TopicKind
from exchange_app.web.labels import Labels

LABELS: Labels = {
    MeetingState: {
        MeetingState.PLANNED: sentence("Being prepared"),
        MeetingState.INVITED: sentence("Invitations sent"),
        MeetingState.HELD: sentence("Minutes being written"),
        MeetingState.SENT: sentence("Minutes to be confirmed"),
        MeetingState.CONFIRMED: sentence("Minutes confirmed"),
        MeetingState.CANCELLED: sentence("Meeting cancelled"),
    },
    Answer: {
        Answer.YES: sentence("Comes"),
        Answer.MAYBE: sentence("Not sure yet"),
        Answer.NO: sentence("Does not come"),
    },
    ActionState: {
        ActionState.OPEN: sentence("To do"),
        ActionState.DONE: sentence("Carried out"),
        ActionState.DROPPED: sentence("Dropped"),
    },
    TopicKind: {
        TopicKind.PROBLEM: sentence("Common problem"),
        TopicKind.EXCHANGE: sentence("Exchange"),
        TopicKind.ACTION: sentence("Action of an earlier meeting"),
    },
}
