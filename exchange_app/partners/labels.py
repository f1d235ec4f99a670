"""How kinds and levels of organisations, a city's rule of supervision, plans and states of agreements read on pages."""

from exchange_app.core.text import sentence
from exchange_app.partners.models import Level, OrganisationKind, Plan, SupervisionRule
from exchange_app.partners.rules import AgreementState, CounterpartState, Proposed
from exchange_app.web.labels import Labels

LABELS: Labels = {
    OrganisationKind: {
        OrganisationKind.OFFICE: sentence("Office"),
        OrganisationKind.SCHOOL: sentence("School"),
        OrganisationKind.BASE_OPERATOR: sentence("Base operator"),
        OrganisationKind.AGENCY: sentence("Travel agency"),
        OrganisationKind.SOCIAL_PARTNER: sentence("Social partner"),
    },
    Level: {
        Level.CITY: sentence("City level"),
        Level.COUNTY: sentence("County level"),
        Level.TOWNSHIP: sentence("Township level"),
    },
    SupervisionRule: {
        SupervisionRule.WARN: sentence("Warn only"),
        SupervisionRule.BLOCK: sentence("Block the booking"),
    },
    Plan: {
        Plan.YOUTH: sentence("Youth exchange"),
        Plan.COMMUNITY: sentence("Living side by side"),
        Plan.TOURISM: sentence("Tourism"),
    },
    AgreementState: {
        AgreementState.DRAFT: sentence("Draft"),
        AgreementState.IN_FORCE: sentence("In force"),
        AgreementState.ENDED: sentence("Ended"),
    },
    Proposed: {
        Proposed.JOIN: sentence("A city joins"),
        Proposed.LEAVE: sentence("A city leaves"),
        Proposed.END: sentence("The agreement ends"),
    },
    CounterpartState: {
        CounterpartState.PROPOSED: sentence("Proposed"),
        CounterpartState.CONFIRMED: sentence("Counterparts"),
        CounterpartState.DECLINED: sentence("Turned down by the other side"),
        CounterpartState.ENDED: sentence("Ended"),
    },
}
