"""What may stand in each field of a roster. Pure functions: the same rules for a typed row and for an imported one.

`fields` names the fields, `persons` checks a whole row, and every other module knows one kind of field. The names that
other folders need are gathered here.
"""

from exchange_app.rosters.rules.choices import DocumentType, Role, Sex
from exchange_app.rosters.rules.documents import normalise_document_number
from exchange_app.rosters.rules.fields import (
    ALWAYS_ASKED,
    FIELDS,
    OPTIONAL_FIELDS,
    Person,
    fields_asked,
    without_unasked,
)
from exchange_app.rosters.rules.names import normalise_name
from exchange_app.rosters.rules.persons import check_person, identity_of
from exchange_app.rosters.rules.phones import normalise_phone
from exchange_app.rosters.rules.problems import Problem
from exchange_app.rosters.rules.showing import ExportForm, Purpose, Sheet

__all__ = [
    "ALWAYS_ASKED",
    "FIELDS",
    "OPTIONAL_FIELDS",
    "DocumentType",
    "ExportForm",
    "Person",
    "Problem",
    "Purpose",
    "Role",
    "Sex",
    "Sheet",
    "check_person",
    "fields_asked",
    "identity_of",
    "normalise_document_number",
    "normalise_name",
    "normalise_phone",
    "without_unasked",
]
