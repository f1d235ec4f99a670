"""A roster as a form hands it in, and what its reader is told about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import flash
from flask_babel import gettext, ngettext

from exchange_app.rosters.errors import RosterRefused
from exchange_app.rosters.forms import RosterForm
from exchange_app.rosters.keeping import Imported
from exchange_app.rosters.reading import Reading, read_file, read_pasted
from exchange_app.web.errors import beside_field

NOBODY = Reading(right=(), to_mend=(), left_out=())


def read_handed_in(form: RosterForm, asked: frozenset[str], today: date) -> Reading:
    """What the form's file or pasted cells say; NOBODY where there is nothing, or nothing that can be read: then the
    reason stands beside the field."""
    try:
        if form.roster_file.data:
            upload = form.roster_file.data
            return read_file(upload.read(), upload.filename or "", asked, today=today)
        if form.has_pasted:
            return read_pasted(form.roster_text.data, asked, today=today)
    except RosterRefused as refusal:
        beside_field(form, refusal)
    return NOBODY


def tell_what_became(imported: Imported) -> None:
    """How many rows were added, brought up to date, set aside."""
    flash("".join(_parts(imported)))


def _parts(imported: Imported) -> Iterator[str]:
    yield ngettext("One person was added.", "%(num)s persons were added.", imported.added)
    if imported.changed:
        yield " " + ngettext("One was brought up to date.", "%(num)s were brought up to date.", imported.changed)
    if imported.to_mend:
        yield " " + ngettext("One row has to be mended.", "%(num)s rows have to be mended.", imported.to_mend)
    if imported.notes_refused:
        yield " " + ngettext(
            "One health note was not kept: the guardian refused it.",
            "%(num)s health notes were not kept: the guardians refused them.",
            imported.notes_refused,
        )


def tell_what_was_left_out(reading: Reading) -> None:
    if reading.left_out:
        columns = gettext(", ").join(reading.left_out)
        flash(gettext("Not asked for and so not kept: %(columns)s.", columns=columns))
    if reading.sheets_left_out:
        sheets = gettext(", ").join(reading.sheets_left_out)
        flash(gettext("Only the first sheet with names was read; not: %(sheets)s.", sheets=sheets))
