"""How topics, states and answers of the help desk read on pages."""

from exchange_app.core.text import sentence
from exchange_app.helpdesk.rules import Band, Outcome, RequestState, Saying, Show, Topic
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Topic: {
        Topic.JOB: sentence("Finding a job"),
        Topic.MEDICAL: sentence("Medical care"),
        Topic.SCHOOLING: sentence("Going to school"),
    },
    RequestState: {
        RequestState.WAITING: sentence("Waiting for an answer"),
        RequestState.ANSWERED: sentence("Answered"),
        RequestState.CLOSED: sentence("Dealt with"),
        RequestState.WITHDRAWN: sentence("Withdrawn by the person"),
    },
    Outcome: {
        Outcome.SOLVED: sentence("The question is answered"),
        Outcome.REFERRED: sentence("Somebody else helps from here on"),
        Outcome.NOT_POSSIBLE: sentence("The office cannot help"),
        Outcome.QUIET: sentence("Nothing more was asked"),
        Outcome.UNANSWERED: sentence("Nobody answered"),
    },
    Saying: {
        Saying.ASKED: sentence("The question"),
        Saying.ADDED: sentence("Added to the question"),
        Saying.ANSWER: sentence("Answer"),
        Saying.NOTE: sentence("Note of the office at home"),
        Saying.PASSED_ON: sentence("Passed on to another office"),
        Saying.ESCALATED: sentence("Not answered in time: passed up to the next office"),
        Saying.CLOSED: sentence("Request closed"),
        Saying.WITHDRAWN: sentence("Request withdrawn"),
    },
    Show: {
        Show.WAITING: sentence("Waiting for an answer"),
        Show.MINE: sentence("I see to it"),
        Show.OVERDUE: sentence("Overdue"),
        Show.ANSWERED: sentence("Answered"),
        Show.COPIED: sentence("Reading along"),
        Show.OVER: sentence("Dealt with"),
    },
    Band: {
        Band.ONE_DAY: sentence("within one working day"),
        Band.THREE_DAYS: sentence("within three working days"),
        Band.FIVE_DAYS: sentence("within five working days"),
        Band.TEN_DAYS: sentence("within ten working days"),
        Band.LATER: sentence("later than ten working days"),
    },
}

# What a topic is about, for somebody who is new.
ABOUT = {
    Topic.JOB: sentence("Where to look, training, contracts, wages"),
    Topic.MEDICAL: sentence("Health insurance, hospitals, paying at another place"),
    Topic.SCHOOLING: sentence("Enrolling a child, changing schools, papers"),
}
