"""The whole roster as one table to type in, with empty rows at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.asked import fields_shown
from exchange_app.rosters.errors import GridRefused
from exchange_app.rosters.grid import (
    Edit,
    Line,
    TableRow,
    lay_out,
    mark_aside,
    mark_of,
    shown_values,
    values_aside,
)
from exchange_app.rosters.labels import FIELD_WORDS
from exchange_app.rosters.masking import MaskedPerson, masked
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.rules import FIELDS, DocumentType, Role, Sex
from exchange_app.rosters.rules.showing import VEILED
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.roster import reasons_of, refusal_to_change
from exchange_app.rosters.words import COLUMN_BY_WORD, DOCUMENT_TYPE_BY_WORD, ROLE_BY_WORD, SEX_BY_WORD
from exchange_app.web.forms import Form, clean
from exchange_app.web.labels import choices_of
from exchange_app.web.policies import allows

FEWEST_EMPTY, MOST_EMPTY = 3, 10
MORE = 10
MOST_SENTENCES = 20  # in the summary; each stands beside its cell too

_CELL = re.compile(r"([pnr])(\d{1,9})-(\w+)")
_CHOICES = {"role": Role, "sex": Sex, "document_type": DocumentType}


@dataclass(frozen=True, slots=True, repr=False)
class ShownRow:
    """A row as the page shows it. ``person`` is whose it is, if anybody's yet."""

    key: str
    number: int
    values: Mapping[str, str]
    seen: str = ""
    person: MaskedPerson | None = None
    is_out: bool = False
    is_aside: bool = False
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)


@rosters.route("/bookings/<code>/roster/grid", methods=["GET", "POST"])
@allows(UserRole.LEADER)
def grid(code: str) -> ResponseReturnValue:
    form = Form()
    if not form.is_submitted():
        return _show(code, form)
    lines = list(_lines())
    if "more" in request.form:
        return _show(code, form, lines, empty=MORE + sum(line.is_blank for line in lines))
    if not form.validate():
        return _show(code, form, lines)
    try:
        with transaction():
            edit = service.save_grid(bookings.lock_booking(code, me()), lines, by=me(), now=now())
    except GridRefused as refusal:
        form.form_errors.append(refusal.sentence)
        return _show(code, form, lines, refusal)
    except Conflict as refusal:
        form.form_errors.append(refusal.sentence)
        return _show(code, form, lines)
    flash(_what_became(edit))
    return redirect(url_for("rosters.grid", code=code), 303)


@rosters.get("/rosters/words.json")
@allows(UserRole.LEADER)
def words() -> ResponseReturnValue:
    """What the words of school lists mean, above a column and in a cell, for cells that are pasted."""
    cells = {"role": ROLE_BY_WORD, "sex": SEX_BY_WORD, "document_type": DOCUMENT_TYPE_BY_WORD}
    answer = jsonify(columns=COLUMN_BY_WORD, cells=cells)
    answer.cache_control.max_age = 3600
    return answer


def _lines() -> Iterator[Line]:
    """The rows that were sent, in their order."""
    cells: dict[str, dict[str, str]] = {}
    for name, text in request.form.items():
        if found := _CELL.fullmatch(name):
            cells.setdefault(found[1] + found[2], {})[found[3]] = text
    for key, texts in cells.items():
        yield Line(
            key,
            values={name: clean(text) for name, text in texts.items() if name in FIELDS},
            person_id=int(key[1:]) if key.startswith("p") else None,
            aside_id=int(key[1:]) if key.startswith("r") else None,
            seen=texts.get("seen", ""),
            is_out="out" in texts,
        )


def _what_became(edit: Edit) -> str:
    parts = [
        ngettext("one added", "%(num)s added", len(edit.added)) if edit.added else "",
        ngettext("one changed", "%(num)s changed", len(edit.changed)) if edit.changed else "",
        ngettext("one taken out", "%(num)s taken out", len(edit.removed)) if edit.removed else "",
        ngettext("one row left out", "%(num)s rows left out", len(edit.dropped)) if edit.dropped else "",
    ]
    done = gettext(", ").join(part for part in parts if part)
    return gettext("The roster is saved: %(done)s.", done=done) if done else gettext("Nothing was changed.")


def _show(
    code: str, form: Form, lines: Sequence[Line] = (), refused: GridRefused | None = None, *, empty: int = 0
) -> ResponseReturnValue:
    """What was typed stays, whatever else the roster holds by now; ``empty`` rows follow, or as many as seem needed."""
    booking = bookings.get_booking(code, me())
    fields = fields_shown(booking)
    laid_out = lay_out(queries.list_participants(booking.id), queries.list_unmended(booking.id), lines)
    rows = [_shown(row, fields, refused) for row in laid_out]
    page = render_template(
        "rosters/grid.html",
        booking=booking,
        departure=booking.departure,
        form=form,
        fields=fields,
        field_words={name: str(FIELD_WORDS[name]) for name in fields},
        veiled=VEILED,
        reasons=reasons_of(booking),
        choices={name: choices_of(values) for name, values in _CHOICES.items() if name in fields},
        refusal=refusal_to_change(booking),
        rows=[*rows, *_empty_rows(booking, rows, fields, empty)],
        wrong=_wrong_cells(rows, refused),
        aside=[row for row in rows if row.is_aside],
        most_sentences=MOST_SENTENCES,
        is_unsaved=any(row.line and _is_unsaved(row.line) for row in laid_out),
    )
    return page, form.status


def _is_unsaved(line: Line) -> bool:
    return line.is_out or line.is_touched


def _shown(row: TableRow, fields: Sequence[str], refused: GridRefused | None) -> ShownRow:
    if row.line and _is_unsaved(row.line):
        return _as_typed(row, row.line, refused)
    if row.aside:
        return _as_set_aside(row, row.aside, fields)
    if row.participant is None:
        raise ValueError("a row that is nobody's was typed")
    return _as_kept(row, row.participant, fields)


def _as_typed(row: TableRow, line: Line, refused: GridRefused | None) -> ShownRow:
    """A mark that was told is the row's from here on, so that whoever has read it and saves again, means it; any other
    stays, so that nothing is overwritten unseen."""
    problems = _by_field((one.field, one.sentence) for one in (refused.problems.get(line.key, ()) if refused else ()))
    seen = refused.told.get(line.key, line.seen) if refused else line.seen
    person = masked(row.participant) if row.participant else None
    return ShownRow(line.key, row.number, line.values, seen, person, line.is_out, row.aside is not None, problems)


def _as_set_aside(row: TableRow, aside: UnmendedRow, fields: Sequence[str]) -> ShownRow:
    return ShownRow(
        f"r{aside.id}",
        row.number,
        values_aside(aside, fields),
        mark_aside(aside, fields),
        is_aside=True,
        problems=_by_field((one["field"], str(Translated(one["words"]))) for one in aside.content["problems"]),
    )


def _as_kept(row: TableRow, person: Participant, fields: Sequence[str]) -> ShownRow:
    key, values = f"p{person.id}", shown_values(person, fields)
    return ShownRow(key, row.number, values, mark_of(person, fields), masked(person))


def _by_field(problems: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = {}
    for name, words in problems:
        sentences.setdefault(name, []).append(words)
    return sentences


def _empty_rows(booking: Booking, rows: Sequence[ShownRow], fields: Sequence[str], empty: int) -> Iterator[ShownRow]:
    taken = {int(row.key[1:]) for row in rows if row.key.startswith("n")}
    free = booking.persons - len(rows)
    first = max(taken, default=-1) + 1
    for index in range(empty or min(max(free, FEWEST_EMPTY), MOST_EMPTY)):
        yield ShownRow(f"n{first + index}", len(rows) + index + 1, dict.fromkeys(fields, "") | {"role": Role.PUPIL})


def _wrong_cells(rows: Sequence[ShownRow], refused: GridRefused | None) -> list[tuple[ShownRow, str, str]]:
    """What has to be mended before anything is saved."""
    wrong = [row for row in rows if refused and row.key in refused.problems]
    return [(row, name, words) for row in wrong for name in FIELDS for words in row.problems.get(name, ())]
