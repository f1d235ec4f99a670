"""How papers read on pages, and what is to be done about each."""

from exchange_app.core.text import sentence
from exchange_app.papers.rules import Counted, Paper, Standing
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Paper: {
        Paper.PLAN: sentence("Plan of the activity"),
        Paper.SAFETY_PLAN: sentence("Safety plan"),
        Paper.RISK_CHECK: sentence("Risk check"),
        Paper.FILING: sentence("Filing with the education bureau"),
        Paper.CONTRACT: sentence("Contract and insurance"),
        Paper.ITINERARY: sentence("Itinerary"),
        Paper.ROSTER: sentence("Roster"),
        Paper.CONSENTS: sentence("Letter to the parents, with their reply"),
        Paper.GROUPING: sentence("Coaches, rooms and small groups"),
        Paper.BRIEFING: sentence("Record of the briefing"),
        Paper.ROLL_CALLS: sentence("Roll calls"),
        Paper.INCIDENTS: sentence("Incident reports"),
        Paper.EVALUATION: sentence("Evaluation"),
        Paper.CERTIFICATES: sentence("Certificates"),
    },
    Counted: {
        Counted.BEFORE: sentence("before the first day"),
        Counted.AFTER: sentence("after the last day"),
    },
    Standing: {
        Standing.DONE: sentence("Completed"),
        Standing.OPEN: sentence("Still to do"),
        Standing.SOON: sentence("Due soon"),
        Standing.OVERDUE: sentence("Overdue"),
    },
}

# What the booking's page says is to be done.
TO_DO = {
    Paper.PLAN: sentence("Write the plan of the activity and tick it"),
    Paper.SAFETY_PLAN: sentence("Write the safety plan and tick it"),
    Paper.RISK_CHECK: sentence("Check the risks and tick it"),
    Paper.FILING: sentence("File the trip with the education bureau and tick it"),
    Paper.CONTRACT: sentence("See to contract and insurance and tick it"),
    Paper.ROSTER: sentence("Name everybody in the roster"),
    Paper.CONSENTS: sentence("Get the consent of every guardian"),
    Paper.GROUPING: sentence("Arrange coaches, rooms and small groups"),
    Paper.BRIEFING: sentence("Brief pupils and staff and tick it"),
    Paper.ROLL_CALLS: sentence("Call the roll"),
    Paper.EVALUATION: sentence("Ask the group how it was"),
    Paper.CERTIFICATES: sentence("Print the certificates"),
}
