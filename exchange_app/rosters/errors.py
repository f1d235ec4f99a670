"""What a roster may refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exchange_app.rosters.rules import Problem


class PersonNotFound(NotFound):
    slug = "person-not-found"
    words = sentence("There is no such person in this roster.")


class PersonAlreadyNamed(Conflict):
    slug = "person-already-named"
    words = sentence("Somebody with this name and class is in the roster already.")
    field = "name"


class DocumentNamedTwice(Conflict):
    slug = "document-named-twice"
    words = sentence(
        "Somebody else in this roster has the same document. If it is the same person, change the name there; if not, "
        "look at the number again."
    )
    field = "document_number"


class HealthNoteRefused(Conflict):
    slug = "health-note-refused"
    words = sentence("The guardian does not want a health note to be kept. Leave it empty.")
    field = "health_note"


class TooManyPupils(Conflict):
    slug = "too-many-pupils"
    words = sentence("Seats for %(booked)s pupils were booked, and all of them are named.")
    field = "role"


class TooManyStaff(Conflict):
    slug = "too-many-staff"
    words = sentence("Seats for %(booked)s staff were booked, and all of them are named.")
    field = "role"


class NothingToShow(Conflict):
    slug = "nothing-to-show"
    words = sentence("Nothing of this kind is kept about this person.")
    field = "sheet"


class NoColumnChosen(Invalid):
    slug = "no-column-chosen"
    words = sentence("Choose at least one column.")
    field = "columns"


class ExportNotFound(NotFound):
    slug = "export-not-found"
    words = sentence("There is no such export, or its time is over. Make another one.")


class RowStillWrong(Invalid):
    """``problems`` say what is wrong, field by field."""

    slug = "row-still-wrong"
    words = sentence("Some fields of this row still have to be mended.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)

    @property
    def by_field(self) -> dict[str, list[str]]:
        sentences: dict[str, list[str]] = {}
        for problem in self.problems:
            sentences.setdefault(problem.field, []).append(problem.sentence)
        return sentences


class GridRefused(Invalid):
    """``problems`` say what is wrong, by the name of the row; ``told`` holds the marks of rows that others changed."""

    slug = "grid-refused"
    words = sentence("Nothing was saved yet: look at the cells that are marked.")

    def __init__(self, problems: Mapping[str, Sequence[Problem]], told: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = problems
        self.told = told


class RosterRefused(Invalid):
    """A file, or pasted cells, of which not even one row can be read."""

    field = "roster_file"


class NotASpreadsheet(RosterRefused):
    slug = "not-a-spreadsheet"
    words = sentence("“%(filename)s” is no spreadsheet. Choose an .xlsx, .xls, .ods or .csv file.")


class SavedAsXml(RosterRefused):
    slug = "saved-as-xml"
    words = sentence("This file was saved as XML or as a web archive. Open it, save it as .xlsx and choose that file.")


class RosterTooLarge(RosterRefused):
    slug = "roster-too-large"
    words = sentence("The roster is larger than %(limit)s MB. Copy the list alone, without pictures, into a new file.")


class UnpacksTooLarge(RosterRefused):
    slug = "unpacks-too-large"
    words = sentence("This file unpacks to far more than a roster. Copy the list alone into a new file.")


class HoldsAnotherFile(RosterRefused):
    slug = "holds-another-file"
    words = sentence("Another file is embedded in this one. Copy the list alone into a new file.")


class PasswordProtected(RosterRefused):
    slug = "password-protected"
    words = sentence("This file is protected with a password. Save it without one and choose it again.")


class RosterDamaged(RosterRefused):
    slug = "roster-damaged"
    words = sentence("This file cannot be read; it may be damaged. Open it, save it as .xlsx and choose that file.")


class EncodingUnknown(RosterRefused):
    slug = "encoding-unknown"
    words = sentence("The characters of this text file cannot be read. Save it as .xlsx, or as CSV in UTF-8.")


class NoHeaderRow(RosterRefused):
    slug = "no-header-row"
    words = sentence(
        "No row with the column names was found. There has to be one with “Name”, “Class”, “Guardian” and so on; "
        "the template has it."
    )


class NoNameColumn(RosterRefused):
    slug = "no-name-column"
    words = sentence("There is no column “Name” among the column names in row %(row)s.")


class ColumnNamedTwice(RosterRefused):
    slug = "column-named-twice"
    words = sentence("The columns “%(first)s” and “%(second)s” mean the same. Keep one of them, or rename the other.")


class NoRows(RosterRefused):
    slug = "no-rows"
    words = sentence("There is nobody in this roster.")


class TooManyRows(RosterRefused):
    slug = "too-many-rows"
    words = sentence("A roster has up to %(limit)s persons; this one has more.")


class ColumnsDiffer(RosterRefused):
    slug = "columns-differ"
    words = sentence(
        "The pasted cells have %(found)s columns, the template has %(expected)s. "
        "Copy the row with the column names too."
    )
