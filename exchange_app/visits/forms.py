"""What co-ordinators type about visits: who goes where and when, the programme, the report, what follows, the ledger's
period.

Lists of offices, bases and people to choose from are filled in by the views.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, BinaryIO

from wtforms import HiddenField, TimeField, ValidationError
from wtforms.validators import Optional, StopValidation

from exchange_app.catalogue.forms import RowsField
from exchange_app.catalogue.models import Base
from exchange_app.coordination.forms import NONE
from exchange_app.core.text import sentence
from exchange_app.partners.models import Organisation, Plan
from exchange_app.visits.errors import PeriodUnfit, WhyMissing
from exchange_app.visits.models import Visit
from exchange_app.visits.rules import MOST_ENTRIES, MOST_OFFICES, Period, Purpose
from exchange_app.visits.service.parts import Entry
from exchange_app.visits.service.visits import Member, ReportTerms, VisitTerms
from exchange_app.web.forms import (
    YEARS,
    ChoiceField,
    CountField,
    DateField,
    FilterForm,
    Form,
    LongTextField,
    OnceForm,
    PhoneField,
    Required,
    RowField,
    TextField,
    UploadField,
)

SPARE_OFFICES = 3
SPARE_ENTRIES = 4
MOST_PERSONS = 500
WRITTEN = (
    "version",
    "plan",
    "purpose",
    "title",
    "aims",
    "starts_on",
    "ends_on",
    "host_office_id",
    "contact_name",
    "contact_phone",
)


class MemberForm(Form):
    """One office that comes; without an office it is left out."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    office_id = RowField(sentence("Organisation"), empty=NONE)
    persons = CountField(sentence("Persons"), least=1, most=MOST_PERSONS)

    def validate_persons(self, field: CountField) -> None:
        if self.office_id.data and field.data is None and not field.errors:
            raise ValidationError(sentence("Write how many persons come."))


class VisitForm(OnceForm):
    """``version`` is the one that was read."""

    version = HiddenField()
    plan = ChoiceField(Plan, sentence("Plan"), validators=[Required()])
    purpose = ChoiceField(Purpose, sentence("Purpose"), validators=[Required()])
    title = TextField(sentence("What the visit is about, in one line"), longest=120, validators=[Required()])
    aims = LongTextField(sentence("What it is for"), validators=[Required()])
    starts_on = DateField(sentence("First day"), validators=[Required()])
    ends_on = DateField(sentence("Last day"), validators=[Required()])
    members = RowsField(MemberForm, sentence("Offices that come"), most=MOST_OFFICES)
    host_office_id = RowField(sentence("Who receives"), empty=NONE)
    contact_name = TextField(sentence("Contact person"), longest=50, validators=[Required()])
    contact_phone = PhoneField(sentence("Phone of the contact"), validators=[Required()])

    def __init__(
        self,
        plans: Sequence[Plan],
        sending: Sequence[Organisation],
        hosting: Sequence[Organisation],
        known: Visit | None = None,
        **told: Any,
    ) -> None:
        written = {name: getattr(known, name) for name in WRITTEN} if known else {}
        rows = [{"office_id": one.office_id, "persons": one.persons} for one in known.members] if known else []
        rows += told.pop("members", [])
        spare: dict[str, int | None] = {"office_id": None, "persons": None}
        super().__init__(data={**written, **told, "members": [*rows, *[spare] * SPARE_OFFICES][:MOST_OFFICES]})
        self.plan.choices = [choice for choice in self.plan.choices if choice[0] in {*plans}]
        self.sending = {one.id: one for one in sending}
        self.hosting = {one.id: one for one in hosting}
        self.host_office_id.offer((one.id, one.name) for one in hosting)
        for row in self.members.rows:
            row.office_id.offer((one.id, one.name) for one in sending)

    def terms(self) -> VisitTerms:
        rows = self.members.rows
        return VisitTerms(
            plan=self.plan.data,
            purpose=self.purpose.data,
            title=self.title.data,
            aims=self.aims.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            members=[Member(self.sending[row.office_id.data], row.persons.data) for row in rows if row.office_id.data],
            host_office=self.hosting.get(self.host_office_id.data),
            contact_name=self.contact_name.data,
            contact_phone=self.contact_phone.data,
        )


class AnswerForm(Form):
    version = HiddenField()


class ReasonField(TextField):
    missing = WhyMissing.words


class ReasonForm(AnswerForm):
    reason = ReasonField(sentence("Reason"), longest=500, validators=[Required()])


class CameForm(AnswerForm):
    came = CountField(
        sentence("How many persons came"), least=1, most=MOST_PERSONS * MOST_OFFICES, validators=[Required()]
    )


class ReportForm(Form):
    seen = LongTextField(sentence("What was seen"), validators=[Required()])
    results = LongTextField(sentence("What came of it"))
    lessons = LongTextField(sentence("What was learnt"))

    def terms(self) -> ReportTerms:
        return ReportTerms(self.seen.data, self.results.data, self.lessons.data)


class FileForm(Form):
    file = UploadField(sentence("File"), validators=[Required()])

    @property
    def upload(self) -> tuple[BinaryIO, str] | None:
        return (self.file.data.stream, self.file.data.filename or "") if self.file.data else None


class FollowUpForm(Form):
    words = TextField(sentence("What is to be done"), longest=300, validators=[Required()])
    owner_id = RowField(sentence("Who sees to it"), validators=[Required()])
    due_on = DateField(sentence("Until"), validators=[Required()])


# -------------------------------------------------------------------------------------------------------- the programme


class WithWords:
    """The field may be empty where its line has no words and is left out; elsewhere it is asked for in a sentence."""

    def __init__(self, asked: object) -> None:
        self._asked = asked

    def __call__(self, form: Any, field: Any) -> None:
        if field.raw_data and field.raw_data[0].strip():
            return
        field.errors[:] = []
        raise StopValidation(str(self._asked) if form.title.data else "")


class EntryForm(Form):
    """One line of the programme; without words it is left out."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    title = TextField(sentence("What takes place"), longest=120)
    on = DateField(sentence("On which day"), validators=[WithWords(sentence("Write on which day."))])
    starts = TimeField(sentence("Begins at"), validators=[WithWords(sentence("Write when it begins."))])
    ends = TimeField(sentence("Ends at"), validators=[Optional()])
    base_id = RowField(sentence("Base"), empty=NONE)
    place = TextField(sentence("Venue"), longest=120)
    office_id = RowField(sentence("Who receives"), empty=NONE)

    def validate_ends(self, field: TimeField) -> None:
        if self.title.data and field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError(sentence("Write a time after the beginning."))


class ProgrammeForm(Form):
    version = HiddenField()
    entries = RowsField(EntryForm, sentence("Programme"), most=MOST_ENTRIES)

    def __init__(self, visit: Visit, bases: Sequence[Base], offices: Sequence[Organisation]) -> None:
        names = ("title", "on", "starts", "ends", "base_id", "place", "office_id")
        rows: list[dict[str, Any]] = [{name: getattr(one, name) for name in names} for one in visit.entries]
        spare: dict[str, Any] = {"title": "", "on": visit.starts_on if not visit.entries else visit.entries[-1].on}
        rows = [*rows, *[spare] * SPARE_ENTRIES][:MOST_ENTRIES]
        super().__init__(data={"entries": rows, "version": visit.version})
        self.bases = {one.id: one for one in bases}
        self.offices = {one.id: one for one in offices}
        for row in self.entries.rows:
            row.base_id.offer((one.id, one.name) for one in bases)
            row.office_id.offer((one.id, one.name) for one in offices)

    def written(self) -> list[Entry]:
        return [
            Entry(
                on=row.on.data,
                starts=row.starts.data,
                ends=row.ends.data,
                title=row.title.data,
                place=row.place.data,
                base=self.bases.get(row.base_id.data),
                office=self.offices.get(row.office_id.data),
            )
            for row in self.entries.rows
            if row.title.data
        ]


# ----------------------------------------------------------------------------------------------- the ledger and returns


class LedgerForm(FilterForm):
    """Of a year, or from one day until another one."""

    agreement = RowField(sentence("Agreement"))
    year = RowField(sentence("Year"), empty=sentence("From and until"))
    since = DateField(sentence("From day"), validators=[Optional()])
    until = DateField(sentence("Until day"), validators=[Optional()])

    def period(self, today: date) -> Period:
        """This year unless another one, or two days, were named. What cannot be read is told beside its field."""
        self.validate()
        if self.year.data and not self.year.errors:
            return Period.of_year(self.year.data)
        if self.since.data is None and self.until.data is None:
            self.year.data = today.year
            return Period.of_year(today.year)
        first, last = self.since.data or date(YEARS[0], 1, 1), self.until.data or today
        if last < first:
            self.until.errors = [PeriodUnfit().sentence]
            return Period.of_year(today.year)
        return Period(first, last)


class MonthsForm(Form):
    months = CountField(sentence("Months until a return"), least=1, most=60, validators=[Required()])


class LinkForm(Form):
    other_id = RowField(sentence("Exchange"), validators=[Required()])
