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
