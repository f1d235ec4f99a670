"""What the pages of a school's own trip ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField, SelectField, TimeField, ValidationError
from wtforms.validators import Optional

from exchange_app.catalogue.forms import EditForm, GradeField, RowsField
from exchange_app.catalogue.labels import SPOKEN
from exchange_app.catalogue.models import MenuItem
from exchange_app.core.text import sentence
from exchange_app.tailored.rules import MOST_DAYS, MOST_ENTRIES, Entry, Terms
from exchange_app.web.formats import day as written_day
from exchange_app.web.forms import (
    FILL_IN,
    CountField,
    DateField,
    Form,
    LongTextField,
    MoneyField,
    OnceForm,
    Required,
    RowField,
    TextField,
)

LEFT_OUT = sentence("leave it out")
NOTHING_MORE = sentence("Nothing more")
MOST_PERSONS = 500


def _number(typed: Any) -> int | None:
    return int(typed) if typed else None


def row_id(typed: Any) -> int | None:
    """A row's id from a hidden field; None for what can be none."""
    text = str(typed or "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


class BeginForm(OnceForm):
    """Begins a trip with the wishes of one city."""

    city = HiddenField()


class EntryForm(Form):
    """One entry of a trip, in a row; without an activity it has words of its own."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    item = HiddenField()
    day = SelectField(sentence("Day"), coerce=_number, choices=[], validate_choice=False)
    place = CountField(sentence("Order"), most=MOST_ENTRIES * 2)
    starts = TimeField(sentence("Begins at"), render_kw={"step": 300}, validators=[Optional()])
    minutes = CountField(sentence("Minutes"), least=5, most=24 * 60)
    title = TextField(sentence("What"), longest=100)

    def entry(self, items: Mapping[int, MenuItem]) -> Entry:
        item = items.get(row_id(self.item.data) or 0)
        minutes = self.minutes.data or (item.minutes if item else 60)
        number = item.id if item is not None else None
        return Entry(number, self.day.data or 0, self.starts.data, minutes, "" if item else self.title.data)

    def validate_day(self, field: SelectField) -> None:
        if field.data is not None and not 1 <= field.data <= MOST_DAYS:
            raise ValidationError(FILL_IN)


class ArrangeForm(EditForm):
    """A version of a trip as one side writes it; price, conditions and meeting point are the host's to write."""

    title = TextField(sentence("What you call this trip"), longest=100, validators=[Required()])
    starts_on = DateField(sentence("First day that you want"), validators=[Optional()])
    alternative_1 = DateField(sentence("Or instead"), validators=[Optional()])
    alternative_2 = DateField(sentence("Or as a third choice"), validators=[Optional()])
    days = CountField(sentence("Days"), least=1, most=MOST_DAYS, validators=[Required()])
    pupils = CountField(sentence("Pupils"), least=1, most=MOST_PERSONS, validators=[Required()])
    staff = CountField(sentence("Staff"), most=MOST_PERSONS, validators=[Required()])
    grade = GradeField(sentence("Grade"), validators=[Required()])
    language = SelectField(
        sentence("Language of the activities"), choices=lambda: list(SPOKEN.items()), validators=[Required()]
    )
    entries = RowsField(EntryForm, sentence("Day by day"), most=MOST_ENTRIES + 1)
    add_item = RowField(sentence("Another activity"), empty=NOTHING_MORE)
    add_title = TextField(sentence("Or something else, such as a meal"), longest=100)
    price_minor = MoneyField(sentence("Price per person in yuan; 0 where families pay nothing"))
    price_note = TextField(sentence("What the price covers, or who pays instead"), longest=200)
    conditions = LongTextField(sentence("Conditions"), longest=1000)
    meeting_point = TextField(sentence("Where the group meets"), longest=200)
    words = LongTextField(sentence("A few words to the other side"), longest=2000)

    def __init__(self, terms: Terms, *, is_host: bool, **options: Any) -> None:
        super().__init__(data=_typed(terms), **options)
        self.before = terms
        if not is_host:
            for name in ("price_minor", "price_note", "conditions", "meeting_point"):
                del self[name]
        for row in self.rows:
            last = max(self.days.data or 1, terms.days)
            row.day.choices = [("", LEFT_OUT), *((day, sentence("Day %(day)s", day=day)) for day in range(1, last + 1))]

    def offer(self, items: Iterable[MenuItem]) -> None:
        self.add_item.offer((item.id, f"{item.base.name} · {item.title}") for item in items)

    @property
    def rows(self) -> list[EntryForm]:
        return self.entries.rows

    def by_day(self) -> list[tuple[int, list[EntryForm]]]:
        """The rows as the page shows them; one beyond the last day stands with it, its day still says which."""
        last = self.days.data or self.before.days
        return [
            (day, sorted((row for row in self.rows if self._shown_on(row, last) == day), key=_place))
            for day in range(1, last + 1)
        ]

    @staticmethod
    def _shown_on(row: EntryForm, last: int) -> int:
        return min(row.day.data or 1, last)

    def terms(self, items: Mapping[int, MenuItem]) -> Terms:
        """What was typed; price and conditions are as before where the form does not ask for them."""
        kept = sorted(
            (row for row in self.rows if row.day.data is not None), key=lambda row: (row.day.data, _place(row))
        )
        entries = [entry for row in kept if (entry := row.entry(items)).item_id or entry.title]
        last = self.days.data or self.before.days
        if self.add_item.data in items:
            entries.append(Entry(self.add_item.data, last, None, items[self.add_item.data].minutes))
        if self.add_title.data:
            entries.append(Entry(None, last, None, 60, self.add_title.data))
        dates = (self.starts_on.data, self.alternative_1.data, self.alternative_2.data)
        return Terms(
            title=self.title.data,
            dates=tuple(one for one in dates if one is not None),
            days=last,
            pupils=self.pupils.data or self.before.pupils,
            staff=self.staff.data or 0,
            grade=self.grade.data or self.before.grade,
            language=self.language.data,
            entries=tuple(entries),
            price_minor=self._said("price_minor") or 0,
            price_note=self._said("price_note"),
            conditions=self._said("conditions"),
            meeting_point=self._said("meeting_point"),
        )

    def _said(self, name: str) -> Any:
        return self[name].data if name in self else getattr(self.before, name)

    def item_ids(self) -> set[int]:
        """The activities that the form names."""
        named = (row_id(typed) for typed in (*(row.item.data for row in self.rows), self.add_item.data))
        return {number for number in named if number is not None}


def _place(row: EntryForm) -> int:
    return row.place.data if row.place.data is not None else MOST_ENTRIES * 2


def _typed(terms: Terms) -> dict[str, Any]:
    """A version as its form shows it."""
    first, second, third, *_ = (*terms.dates, None, None, None)
    entries = [
        {
            "item": str(entry.item_id or ""),
            "day": entry.day,
            "place": place,
            "starts": entry.starts,
            "minutes": entry.minutes,
            "title": entry.title,
        }
        for place, entry in enumerate(terms.entries, 1)
    ]
    names = ("title", "days", "pupils", "staff", "grade", "language", "price_minor", "price_note", "conditions")
    return {
        **{name: getattr(terms, name) for name in (*names, "meeting_point")},
        "starts_on": first,
        "alternative_1": second,
        "alternative_2": third,
        "entries": entries,
    }


class AnswerForm(Form):
    """What the page showed (``version``), and a few words."""

    version = HiddenField()
    words = LongTextField(sentence("A few words to the other side"), longest=2000)

    @property
    def seen(self) -> int:
        """No version is -1: a form without one answers nothing."""
        return int(self.version.data) if str(self.version.data or "").isdecimal() else -1


class AgreeForm(AnswerForm):
    """Agrees to the version on one of its dates."""

    starts_on = SelectField(sentence("First day"), choices=[], validators=[Required()])

    def offer(self, terms: Terms) -> None:
        self.starts_on.choices = [(one.isoformat(), written_day(one)) for one in terms.dates]
