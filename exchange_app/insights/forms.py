"""What somebody types who asks for a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import SelectField

from exchange_app.core.text import sentence
from exchange_app.insights.rules import YEARS_BACK, Span
from exchange_app.partners.models import Plan
from exchange_app.web.forms import CHOOSE, ChoiceField, OnceForm, Required, RowField


class AskForm(OnceForm):
    about = SelectField(sentence("Agreement or city"), validators=[Required()])
    plan = ChoiceField(Plan, sentence("Plan"), empty=sentence("All plans"))
    year = RowField(sentence("Year"), validators=[Required()])
    span = ChoiceField(Span, sentence("Period"), validators=[Required()])

    def offer(self, subjects: Iterable[tuple[str, Any]], today: date) -> None:
        """``subjects`` are what reports may be about, by the words of the form."""
        self.about.choices = [("", CHOOSE), *subjects]
        self.year.offer((year, year) for year in range(today.year, today.year - YEARS_BACK, -1))
