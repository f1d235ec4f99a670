"""How purposes, states and steps of visits, and how it stands with returns, read on pages."""

from exchange_app.core.text import sentence
from exchange_app.visits.rules import Purpose, ReturnStanding, VisitState, VisitStep
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Purpose: {
        Purpose.LEARNING: sentence("Learning from each other"),
        Purpose.FIELD_RESEARCH: sentence("Field research"),
        Purpose.CEREMONY: sentence("Ceremony"),
        Purpose.JOINT_WORK: sentence("Working together on something"),
        Purpose.FESTIVAL: sentence("Festival"),
    },
    VisitState: {
        VisitState.PROPOSED: sentence("Proposed"),
        VisitState.CHANGED: sentence("Changed, to be agreed anew"),
        VisitState.ACCEPTED: sentence("Agreed"),
        VisitState.DECLINED: sentence("Turned down"),
        VisitState.CARRIED_OUT: sentence("Took place"),
        VisitState.CANCELLED: sentence("Cancelled"),
    },
    VisitStep: {
        VisitStep.PROPOSE: sentence("Proposed"),
        VisitStep.CHANGE: sentence("Changed"),
        VisitStep.ACCEPT: sentence("Agreed"),
        VisitStep.DECLINE: sentence("Turned down"),
        VisitStep.CARRY_OUT: sentence("Took place"),
        VisitStep.CANCEL: sentence("Cancelled"),
        VisitStep.REPORT: sentence("Report written"),
    },
    ReturnStanding: {
        ReturnStanding.TO_COME: sentence("Return to come"),
        ReturnStanding.OVERDUE: sentence("Return overdue"),
        ReturnStanding.PLANNED: sentence("Return planned"),
        ReturnStanding.RETURNED: sentence("Return made"),
    },
}
