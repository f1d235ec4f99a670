"""What the pages of papers ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField

from exchange_app.core.text import sentence
from exchange_app.papers.rules import MOST_DAYS, Counted, Due, Paper
from exchange_app.web.forms import ChoiceField, CountField, DateField, Form, Required, TextField


class TickForm(Form):
    done_on = DateField(sentence("Done on"), validators=[Required()])
    note = TextField(sentence("Note, without names of children"), longest=200)


class DueForm(Form):
    """One paper of a city's template."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    paper = HiddenField()
    is_wanted = BooleanField(sentence("Wanted"))
    days = CountField(sentence("Days"), most=MOST_DAYS, validators=[Required()])
    counted = ChoiceField(Counted, sentence("Counted"), validators=[Required()])


class TemplateForm(Form):
    """Which papers a city wants of its schools, and until when."""

    papers = FieldList(FormField(DueForm), sentence("Papers"), max_entries=len(Paper))

    def __init__(self, dues: Mapping[Paper, Due], **options: Any) -> None:
        rows = [
            {"paper": paper.value, "is_wanted": due.is_wanted, "days": due.days, "counted": due.counted}
            for paper, due in dues.items()
        ]
        super().__init__(data={"papers": rows}, **options)

    @property
    def rows(self) -> list[tuple[Paper, DueForm]]:
        """Those that name a paper, each once."""
        known = {paper.value: paper for paper in Paper}
        forms = {entry.form.paper.data: entry.form for entry in self.papers}
        return [(known[name], form) for name, form in forms.items() if name in known]

    def dues(self) -> dict[Paper, Due]:
        return {paper: Due(row.counted.data, row.days.data or 0, row.is_wanted.data) for paper, row in self.rows}
