"""What co-ordinators type: agreements and their papers, pairs of offices, checklists, problems.

Lists of cities, offices and people to choose from are filled in by the views.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, BinaryIO

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectMultipleField, ValidationError
from wtforms.validators import Optional

from exchange_app.coordination.models import Assignment
from exchange_app.coordination.queries.problems import ProblemFilter
from exchange_app.coordination.rules import MOST_STEPS, ProblemState, Side, Step
from exchange_app.coordination.service.problems import ProblemTerms, Task
from exchange_app.core.text import Translated, sentence
from exchange_app.papers.forms import TickForm
from exchange_app.papers.rules import MOST_DAYS, Counted
from exchange_app.partners.agreements import AgreementTerms, PaperTerms
from exchange_app.partners.models import City, Organisation, Plan
from exchange_app.partners.proposals import ProposalTerms
from exchange_app.partners.rules import Proposed
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    LongTextField,
    OnceForm,
    Required,
    RowField,
    TextField,
    UploadField,
)
from exchange_app.web.labels import choices_of
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField

__all__ = ["TickForm"]

NOBODY = sentence("Nobody")
NONE = sentence("None")
ALL = sentence("All")
SPARE_ROWS = 3


class PlansField(SelectMultipleField):
    """Each a box to tick."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=Plan, choices=lambda: choices_of(Plan), **options)


# ---------------------------------------------------------------------------------------------------------- agreements


class AgreementForm(Form):
    name = TranslatedField(sentence("Name of the agreement"), longest=150, validators=[Required()])
    text = TranslatedLongField(sentence("What the cities agreed"), validators=[Required()])
    plans = PlansField(sentence("Plans that it carries"))
    in_force_from = DateField(sentence("In force from"), validators=[Optional()])
    in_force_until = DateField(sentence("In force until"), validators=[Optional()])

    def terms(self) -> AgreementTerms:
        return AgreementTerms(
            name=self.name.data,
            text=self.text.data,
            plans=self.plans.data or [],
            in_force_from=self.in_force_from.data,
            in_force_until=self.in_force_until.data,
        )


class ChangeForm(AgreementForm):
    seen = HiddenField()


class NewAgreementForm(AgreementForm):
    city_ids = SelectMultipleField(sentence("Cities"), coerce=int, choices=[])


class SignForm(Form):
    signed_on = DateField(sentence("Signed on"), validators=[Required()])


class EndForm(Form):
    ended_on = DateField(sentence("Ended on"), validators=[Required()])
    reason = TextField(sentence("Reason"), longest=500)

    def terms(self) -> ProposalTerms:
        return ProposalTerms(Proposed.END, self.ended_on.data, reason=self.reason.data)


class JoinForm(Form):
    city_id = RowField(sentence("City"), validators=[Required()])
    since = DateField(sentence("Party since"), validators=[Optional()])

    def terms(self, today: date) -> ProposalTerms:
        return ProposalTerms(Proposed.JOIN, self.since.data or today, self.city_id.data)


class LeaveForm(Form):
    city_id = RowField(sentence("City"), validators=[Required()])
    until = DateField(sentence("Party until"), validators=[Optional()])

    def terms(self, today: date) -> ProposalTerms:
        return ProposalTerms(Proposed.LEAVE, self.until.data or today, self.city_id.data)


class PaperForm(Form):
    title = TranslatedField(sentence("What it is"), longest=150, validators=[Required()])
    file = UploadField(sentence("File"), validators=[Required()])
    is_public = BooleanField(sentence("Everybody may read it"))

    @property
    def upload(self) -> tuple[BinaryIO, str] | None:
        return (self.file.data.stream, self.file.data.filename or "") if self.file.data else None

    def terms(self) -> PaperTerms:
        return PaperTerms(title=self.title.data, is_public=self.is_public.data)


# -------------------------------------------------------------------------------------------------------- counterparts


class ProposeForm(Form):
    office_id = RowField(sentence("Our office"), validators=[Required()])
    other_id = RowField(sentence("Office of the other city"), validators=[Required()])
    words = TextField(sentence("A few words to the other side"), longest=500)


class ReasonForm(Form):
    reason = TextField(sentence("Reason"), longest=500)


class PairForm(Form):
    county_id = RowField(sentence("Our county or district"), validators=[Required()])
    other_id = RowField(sentence("County or district of the other city"), validators=[Required()])


class LiaisonForm(Form):
    office_id = RowField(sentence("Office"), validators=[Required()])
    coordinator_id = RowField(sentence("Co-ordinator"), empty=NOBODY)


# ----------------------------------------------------------------------------------------------------------- exchanges


class BeginForm(Form):
    departure_id = RowField(sentence("Departure"), validators=[Required()])
    sending_city_id = RowField(sentence("Sending city"), validators=[Required()])


class CoordinatorForm(Form):
    coordinator_id = RowField(sentence("Co-ordinator"), validators=[Required()])


class StepForm(Form):
    """One line of a template; without a title it is left out."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    title = TranslatedField(sentence("Step"), longest=120)
    side = ChoiceField(Side, sentence("Side"), validators=[Required()])
    days = CountField(sentence("Days"), most=MOST_DAYS)
    counted = ChoiceField(Counted, sentence("Counted"), validators=[Required()])

    def validate_days(self, field: CountField) -> None:
        if self.title.data and field.data is None and not field.errors:
            raise ValidationError(sentence("Write how many days."))


class TemplateForm(Form):
    steps = FieldList(FormField(StepForm), sentence("Steps"), max_entries=MOST_STEPS)

    def __init__(self, steps: Sequence[Step], **options: Any) -> None:
        known = [{"title": one.title, "side": one.side, "days": one.days, "counted": one.counted} for one in steps]
        spare = {"title": Translated(), "side": Side.SENDING, "days": None, "counted": Counted.BEFORE}
        super().__init__(data={"steps": [*known, *[spare] * SPARE_ROWS][:MOST_STEPS]}, **options)

    def written(self) -> list[Step]:
        rows = (entry.form for entry in self.steps)
        return [
            Step(row.title.data, row.side.data, row.counted.data, row.days.data or 0) for row in rows if row.title.data
        ]


# ------------------------------------------------------------------------------------------------------------ problems


class ProblemForm(OnceForm):
    agreement_id = RowField(sentence("Agreement"), validators=[Required()])
    exchange_id = RowField(sentence("Exchange that it is about"), empty=NONE)
    title = TextField(sentence("What it is about, in one line"), longest=120, validators=[Required()])
    description = LongTextField(sentence("What happened, and whom it concerns"), validators=[Required()])

    def terms(self) -> ProblemTerms:
        return ProblemTerms(title=self.title.data, description=self.description.data)


class WordsForm(Form):
    words = LongTextField(sentence("Your words"), validators=[Required()])


class TaskForm(Form):
    """What the office of one city sees to; without an office the city has no part in it."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    city_id = HiddenField()
    office_id = RowField(sentence("Office"), empty=NONE)
    due_on = DateField(sentence("Until"), validators=[Optional()])

    def validate_due_on(self, field: DateField) -> None:
        if self.office_id.data and field.data is None and not field.errors:
            raise ValidationError(sentence("Write until when this office sees to it."))


class AssignForm(Form):
    tasks = FieldList(FormField(TaskForm), sentence("Offices"), max_entries=100)
    words = TextField(sentence("A few words"), longest=1000)

    def __init__(
        self, cities: Sequence[City], offices: Sequence[Organisation], known: Iterable[Assignment], **options: Any
    ) -> None:
        assigned = {one.city_id: one for one in known}
        rows = [_task_row(city.id, assigned.get(city.id)) for city in cities]
        super().__init__(data={"tasks": rows}, **options)
        self.offices = {office.id: office for office in offices}
        self.cities = cities
        for entry in self.tasks:
            own = [one for one in offices if str(one.city_id) == str(entry.form.city_id.data)]
            entry.form.office_id.offer((one.id, one.name) for one in own)

    @property
    def rows(self) -> list[tuple[City, TaskForm]]:
        """The city that each line is about."""
        by_id = {str(city.id): city for city in self.cities}
        forms = [entry.form for entry in self.tasks]
        return [(by_id[str(form.city_id.data)], form) for form in forms if str(form.city_id.data) in by_id]

    def written(self) -> list[Task]:
        return [
            Task(self.offices[form.office_id.data], form.due_on.data) for _, form in self.rows if form.office_id.data
        ]


def _task_row(city_id: int, known: Assignment | None) -> dict[str, int | date | None]:
    return {
        "city_id": city_id,
        "office_id": known.office_id if known else None,
        "due_on": known.due_on if known else None,
    }


class ProblemFilterForm(FilterForm):
    agreement = RowField(sentence("Agreement"), empty=ALL)
    state = ChoiceField(ProblemState, sentence("State"), empty=ALL)
    words = TextField(sentence("Search"), longest=60)

    def wanted(self) -> ProblemFilter:
        """What can be read; what cannot filters nothing."""
        self.validate()
        readable = {one.name: one.data for one in self if not one.errors}
        return ProblemFilter(
            agreement_id=readable.get("agreement"),
            state=readable.get("state"),
            words=readable.get("words") or "",
        )
