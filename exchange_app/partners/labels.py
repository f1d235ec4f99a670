"""How kinds and levels of organisations, and a city's rule of supervision, read on pages."""

from exchange_app.core.text import sentence
from exchange_app.partners.models import Level, OrganisationKind, SupervisionRule
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
}

# Departments that both cities have, by the word that is kept: counterparts are found by it in either language. Others
# stay as they were typed.
DEPARTMENTS = {
    "ethnic-affairs": sentence("Ethnic affairs"),
    "education": sentence("Education"),
    "culture-and-tourism": sentence("Culture and tourism"),
    "human-resources": sentence("Employment and social security"),
    "health": sentence("Health"),
    "civil-affairs": sentence("Civil affairs"),
    "youth-league": sentence("Youth league"),
}


def department_name(department: str | None) -> str:
    return str(DEPARTMENTS.get(department or "", department or ""))
