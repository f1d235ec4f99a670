"""What readers look for, and what writers type."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from exchange_app.catalogue.forms import ANY, CityField, EditForm, readable
from exchange_app.catalogue.search import LONGEST_QUERY, read_words
from exchange_app.core.text import sentence
from exchange_app.noticeboard.queries import NoticeFilter
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility
from exchange_app.noticeboard.service import NoticeTerms
from exchange_app.partners.models import Department, Organisation
from exchange_app.web.forms import (
    ChoiceField,
    DateField,
    FilterForm,
    Form,
    Required,
    RowField,
    TextField,
    UploadField,
)
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField


class NoticeFilterForm(FilterForm):
    """``city`` gets its choices from the view."""

    q = TextField(sentence("Words"), longest=LONGEST_QUERY)
    kind = ChoiceField(NoticeKind, sentence("Kind"), empty=ANY)
    category = ChoiceField(Category, sentence("Category"), empty=ANY)
    city = CityField(sentence("City"))
    past = BooleanField(sentence("Also what is no longer valid"))
    unread = BooleanField(sentence("Only what I have not read"))

    @property
    def is_narrowed(self) -> bool:
        return any(field.data for field in self)

    def wanted(self) -> NoticeFilter:
        """What cannot be read narrows nothing."""
        asked = readable(self)
        return NoticeFilter(
            kind=asked.get("kind"),
            category=asked.get("category"),
            city=asked.get("city"),
            words=read_words(asked.get("q") or ""),
            with_past=bool(asked.get("past")),
            only_unread=bool(asked.get("unread")),
        )


class NoticeForm(EditForm):
    title = TranslatedField(sentence("Title"), longest=120, validators=[Required()])
    body = TranslatedLongField(sentence("Text"), longest=20_000, validators=[Required()])
    kind = ChoiceField(NoticeKind, sentence("Kind"), validators=[Required()])
    category = ChoiceField(Category, sentence("Category"), validators=[Required()])
    office_id = SelectField(sentence("Issued by"), coerce=int, validators=[Required()])
    document_number = TextField(sentence("Number of the document"), longest=60)
    visibility = ChoiceField(Visibility, sentence("Who reads it"), validators=[Required()])
    department_id = RowField(sentence("Department"))
    valid_from = DateField(sentence("Valid from"), validators=[Required()])
    valid_until = DateField(sentence("Valid until, the day included"), validators=[Optional()])

    def offer(self, offices: Sequence[Organisation], departments: Sequence[Department]) -> None:
        self.office_id.choices = [(office.id, f"{office.city.name} · {office.name}") for office in offices]
        self.department_id.offer((department.id, str(department.name)) for department in departments)

    def terms(self) -> NoticeTerms:
        return NoticeTerms(
            office_id=self.office_id.data,
            kind=self.kind.data,
            category=self.category.data,
            title=self.title.data,
            body=self.body.data,
            document_number=self.document_number.data,
            visibility=self.visibility.data,
            department_id=self.department_id.data,
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
        )


class FileForm(Form):
    file = UploadField(sentence("Add an attachment"), validators=[Required()])
