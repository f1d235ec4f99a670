"""How the catalogue's choices read on pages."""

from exchange_app.catalogue.models import Approval, BaseKind, Manner, Plan, Publication
from exchange_app.core.text import sentence

LABELS = {
    Plan: {
        Plan.YOUTH: sentence("Youth exchange"),
        Plan.COMMUNITY: sentence("Living side by side"),
        Plan.TOURISM: sentence("Tourism"),
    },
    Manner: {
        Manner.SCENE: sentence("On the scene"),
        Manner.INTERACTIVE: sentence("Interactive"),
        Manner.EXPERIENTIAL: sentence("Hands-on"),
    },
    BaseKind: {
        BaseKind.MUSEUM: sentence("Museum"),
        BaseKind.MEMORIAL: sentence("Memorial"),
        BaseKind.RESERVE: sentence("Nature reserve"),
        BaseKind.WORKSHOP: sentence("Workshop"),
        BaseKind.VILLAGE: sentence("Village"),
        BaseKind.SCENIC_AREA: sentence("Scenic area"),
        BaseKind.SCHOOL: sentence("School"),
    },
    Publication: {
        Publication.DRAFT: sentence("Draft"),
        Publication.PUBLISHED: sentence("Published"),
        Publication.WITHDRAWN: sentence("Withdrawn"),
    },
    Approval: {
        Approval.NONE: sentence("Confirmed at once"),
        Approval.HOST: sentence("The host confirms"),
    },
}
