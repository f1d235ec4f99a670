"""How the catalogue's choices read on pages."""

from typing import Any

from exchange_app.catalogue.models import Approval, BaseKind, Manner, Package, Plan, Publication
from exchange_app.core.text import Translated, sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Plan: {
        Plan.YOUTH: sentence("Youth exchange"),
        Plan.COMMUNITY: sentence("Living side by side"),
        Plan.TOURISM: sentence("Tourism"),
    },
    Manner: {
        Manner.SCENE: sentence("Scene-based"),
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
        BaseKind.SCHOOL: sentence("Partner school"),
    },
    Publication: {
        Publication.DRAFT: sentence("Draft"),
        Publication.PUBLISHED: sentence("Published"),
        Publication.WITHDRAWN: sentence("Withdrawn"),
    },
    Approval: {
        Approval.NONE: sentence("Confirmed at once"),
        Approval.HOST: sentence("The host decides about each group"),
    },
}

ASKED_FIELDS = {
    "birth_date": sentence("Date of birth"),
    "sex": sentence("Sex"),
    "document_type": sentence("Type of document"),
    "document_number": sentence("Document number"),
    "health_note": sentence("Health note"),
    "meal_need": sentence("Meal need"),
}

PLANS_IN_WORDS = {
    Plan.YOUTH: sentence("Children and young people of both cities learn, play and travel together."),
    Plan.COMMUNITY: sentence("Neighbours of all ethnic groups meet, help each other and live side by side."),
    Plan.TOURISM: sentence("Travel that brings people together: landscapes, crafts and festivals."),
}

SPOKEN = {
    "zh": sentence("Chinese"),
    "za": sentence("Zhuang"),
    "en": sentence("English"),
}


def asked_of(package: Package) -> list[tuple[Any, Translated]]:
    """What the package's roster asks besides the usual, each with its reason."""
    return [
        (ASKED_FIELDS[ask["field"]], Translated(ask["reason"])) for ask in package.asks if ask["field"] in ASKED_FIELDS
    ]
