"""How what is kept, breaches and the letters about them read on pages."""

from __future__ import annotations

from exchange_app.core.text import sentence
from exchange_app.retention.rules import Audience, Data, Kept, Measure, Scope
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Kept: {
        Kept.DOCUMENTS: sentence("Document numbers, health notes, meal needs, rows not mended"),
        Kept.ROSTERS: sentence("Persons of rosters with all that hangs on them"),
        Kept.MESSAGES: sentence("Messages and notes of hosts"),
        Kept.ANSWERS: sentence("Guardians' answers"),
        Kept.INCIDENTS: sentence("Incident reports"),
        Kept.DISCLOSURES: sentence("Who looked at data in full"),
        Kept.EXPORTS: sentence("Who took data along as a file"),
        Kept.BREACHES: sentence("Reports of data breaches"),
        Kept.HELP_REQUESTS: sentence("Requests for help that are closed"),
    },
    Scope: {
        Scope.ACCOUNT: sentence("What one account could see"),
        Scope.DEPARTURE: sentence("All groups of one departure"),
        Scope.GROUP: sentence("One group"),
        Scope.EVERYTHING: sentence("Everything, such as a stolen database or backup"),
    },
    Measure: {
        Measure.NOTICED: sentence("Noticed"),
        Measure.CONTAINED: sentence("Contained: nobody can get at the data any more"),
        Measure.REGULATOR_TOLD: sentence("Authority for personal data protection told"),
        Measure.SCHOOLS_TOLD: sentence("Schools told"),
        Measure.GUARDIANS_TOLD: sentence("Guardians told"),
        Measure.CLOSED: sentence("Case closed"),
    },
    Data: {
        Data.NAMES: sentence("names, classes, phone numbers of guardians"),
        Data.DOCUMENTS: sentence("numbers of identity documents"),
        Data.HEALTH: sentence("health notes"),
    },
    Audience: {
        Audience.GUARDIANS: sentence("To the guardians"),
        Audience.SCHOOLS: sentence("To the schools"),
        Audience.REGULATOR: sentence("To the authority for personal data protection"),
    },
}

# What a roster holds about a pupil, in a guardian's words.
KEPT_FIELDS = {
    "name": sentence("Name"),
    "class_name": sentence("Class"),
    "guardian_name": sentence("Guardian"),
    "guardian_phone": sentence("Guardian's phone"),
    "second_phone": sentence("Second emergency phone"),
    "birth_date": sentence("Date of birth"),
    "sex": sentence("Sex"),
    "document_type": sentence("Kind of document"),
    "document_number": sentence("Document number"),
    "health_note": sentence("Health note"),
    "meal_need": sentence("Meal need"),
}
