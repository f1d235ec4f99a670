"""What people type about a meeting: when and where, its agenda, who is invited, answers, minutes, actions.

Lists of cities, offices and people to choose from are filled in by the views.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
)

from exchange_app.catalogue.forms import EditForm
from exchange_app.coordination.forms import NOBODY
from exchange_app.core.text import LANGUAGES, Translated, sentence
from exchange_app.meetings.models import AgendaItem, Meeting
from exchange_app.meetings.queries.meetings import Topic
from exchange_app.meetings.rules import (
    LEAST_MINUTES,
    MOST_ITEMS,
    MOST_MINUTES,
    MOST_MONTHS,
    Answer,
    Rhythm,
)
from exchange_app.meetings.service.inviting import GuestTerms
from exchange_app.meetings.service.minutes import ActionTerms, ItemMinutes, MinutesTerms
from exchange_app.meetings.service.planning import ItemTerms, MeetingTerms
from exchange_app.partners.models import Organisation
from exchange_app.web.forms import (
    CountField,
    DateField,
    EmailField,
    Form,
    LongTextField,
    MomentField,
    OnceForm,
    Required,
    RowField,
    TextField,
)
from exchange_app.web.labels import choices_of
from exchange_app.web.languages import NAMES
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField

SPARE_ROWS = 2
DECISION_LENGTH = 1500  # with its translation it is a lesson of a common problem


class LinkField(TextField):
    """A web address."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, longest=500, **options)

    def read(self, text: str) -> str:
        if text and (not text.startswith(("https://", "http://")) or " " in text):
            raise ValueError(sentence("Write the whole address, beginning with https://."))
        return text


class RhythmForm(Form):
    every_months = CountField(
        sentence("A meeting every so many months"), least=1, most=MOST_MONTHS, validators=[Required()]
    )
    begins = TimeField(sentence("Usually begins at"), validators=[Required()])
    minutes = CountField(
        sentence("Usual length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES, validators=[Required()]
    )

    def rhythm(self) -> Rhythm:
        return Rhythm(**{name: self[name].data for name in ("every_months", "begins", "minutes")})


class WhenAndWhereForm(Form):
    starts_at = MomentField(sentence("Meeting begins"), validators=[Required()])
    minutes = CountField(sentence("Length in minutes"), least=LEAST_MINUTES, most=MOST_MINUTES, validators=[Required()])
    place = TranslatedField(sentence("Meeting place"), longest=200)
    link = LinkField(sentence("Address of the online meeting"))

    def terms(self) -> MeetingTerms:
        return MeetingTerms(**{name: self[name].data for name in ("starts_at", "minutes", "place", "link")})


class CallForm(WhenAndWhereForm, OnceForm):
    chair_city_id = RowField(sentence("City that chairs"), validators=[Required()])


class CancelForm(Form):
    reason = TextField(sentence("Why, for those who were invited"), longest=500)


# ----------------------------------------------------------------------------------------------------------- the agenda


class ItemForm(Form):
    """One line of an agenda; a new one without a title is left out."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    item_id = HiddenField()
    place = CountField(sentence("Order"), most=999)
    title = TranslatedField(sentence("Item"), longest=200)
    presenter = TextField(sentence("Who presents it"), longest=120)
    is_removed = BooleanField(sentence("Remove it"))

    @property
    def is_written(self) -> bool:
        is_new = not self.item_id.data
        return not self.is_removed.data and bool(self.title.data or not is_new)


class AgendaForm(Form):
    items = FieldList(FormField(ItemForm), sentence("Items"), max_entries=MOST_ITEMS + SPARE_ROWS)
    taken = SelectMultipleField(sentence("Suggestions"), choices=[])

    def __init__(self, items: Sequence[AgendaItem], topics: Sequence[Topic], **options: Any) -> None:
        rows = [_item_row(item) for item in items]
        spare = {"item_id": "", "place": None, "title": Translated(), "presenter": "", "is_removed": False}
        super().__init__(data={"items": [*rows, *[spare] * SPARE_ROWS]}, **options)
        self.topics = {topic.key: topic for topic in topics}
        self.taken.choices = [(topic.key, topic.title) for topic in topics]

    def rows(self, meeting: Meeting) -> list[ItemTerms]:
        """By the numbers that were typed; what has none stays behind what stood before it. What others have put on the
        agenda since the page was opened comes last."""
        forms = [entry.form for entry in self.items]
        written, last = [], 0
        for form in forms:
            last = form.place.data if form.place.data is not None else last
            if form.is_written:
                written.append((last, form))
        ordered = sorted(written, key=lambda one: one[0])
        named = {_number(form.item_id.data) for form in forms}
        unnamed = [ItemTerms(item.id, item.title, item.presenter) for item in meeting.items if item.id not in named]
        typed = [
            _sent_before(ItemTerms(_number(form.item_id.data), form.title.data, form.presenter.data), unnamed)
            for _, form in ordered
        ]
        return [*typed, *(item for item in unnamed if item not in typed)]

    def chosen(self) -> list[Topic]:
        return [self.topics[key] for key in self.taken.data or () if key in self.topics]


def _sent_before(typed: ItemTerms, unnamed: Sequence[ItemTerms]) -> ItemTerms:
    """A new line that is on the agenda already, since the form was sent twice."""
    words = typed.title, typed.presenter
    known = next((item for item in unnamed if (item.title, item.presenter) == words), None)
    return typed if known is None or typed.item_id is not None else known


def _item_row(item: AgendaItem) -> dict[str, Any]:
    return {"item_id": item.id, "place": item.position, "title": item.title, "presenter": item.presenter}


def _number(typed: Any) -> int | None:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


# ------------------------------------------------------------------------------------------------------------ who comes


class MembersForm(Form):
    user_ids = SelectMultipleField(sentence("Who is invited"), coerce=int, choices=[])


class GuestForm(Form):
    office_id = RowField(sentence("Office"), validators=[Required()])
    name = TextField(sentence("Name"), longest=80, validators=[Required()])
    email = EmailField(sentence("E-mail address"), validators=[Required()])
    language = SelectField(
        sentence("Language of the letter"), choices=lambda: [(language, NAMES[language]) for language in LANGUAGES]
    )

    def terms(self, offices: Iterable[Organisation]) -> GuestTerms:
        office = next(one for one in offices if one.id == self.office_id.data)
        return GuestTerms(office, self.name.data, self.email.data, self.language.data)


class AnswerForm(Form):
    answer = RadioField(
        sentence("Your answer"), coerce=Answer, choices=lambda: choices_of(Answer), validators=[Required()]
    )
    stand_in = TextField(sentence("If you do not come: who comes in your place"), longest=120)


class NoteForm(Form):
    """What a co-ordinator notes for somebody else."""

    answer = SelectField(coerce=Answer, choices=lambda: choices_of(Answer))


# ------------------------------------------------------------------------------------------------------------- minutes


class ItemMinutesForm(Form):
    """What was said about one item."""

    class Meta(Form.Meta):
        csrf = False  # it is part of a form that has its token

    item_id = HiddenField()
    discussion = TranslatedLongField(sentence("Discussion"))
    decision = TranslatedLongField(sentence("Decision"), longest=DECISION_LENGTH)
    lesson = TranslatedLongField(sentence("Experience learnt"), longest=DECISION_LENGTH)
    settles_problem = BooleanField(sentence("This decision settles the common problem"))

    def written(self) -> ItemMinutes:
        return ItemMinutes(self.discussion.data, self.decision.data, self.lesson.data, self.settles_problem.data)


class MinutesForm(EditForm):
    came = SelectMultipleField(sentence("Who came"), coerce=int, choices=[])
    others_present = LongTextField(sentence("Who else came"), longest=1000)
    items = FieldList(FormField(ItemMinutesForm), sentence("Items"), max_entries=MOST_ITEMS)

    def __init__(self, meeting: Meeting, seen: str, **options: Any) -> None:
        known = {
            "seen": seen,
            "came": [one.id for one in meeting.invited if one.came],
            "others_present": meeting.others_present,
            "items": [_minutes_row(item) for item in meeting.items],
        }
        super().__init__(data=known, **options)
        self.came.choices = [(one.id, one.who) for one in meeting.invited]
        self._agenda = {item.id: item for item in meeting.items}

    @property
    def rows(self) -> list[tuple[AgendaItem, ItemMinutesForm]]:
        """The item that each part is about; what is no longer on the agenda is left out."""
        parts = [(_number(entry.form.item_id.data), entry.form) for entry in self.items]
        return [(self._agenda[number], form) for number, form in parts if number in self._agenda]

    def terms(self) -> MinutesTerms:
        items = {item.id: form.written() for item, form in self.rows}
        return MinutesTerms(items, set(self.came.data or ()), self.others_present.data)


def _minutes_row(item: AgendaItem) -> dict[str, Any]:
    return {
        "item_id": item.id,
        "discussion": item.discussion,
        "decision": item.decision,
        "lesson": item.lesson,
        "settles_problem": item.settles_problem,
    }


class ConfirmForm(Form):
    """``round`` says which minutes were read: how often they had been sent by then."""

    round = HiddenField()

    @property
    def seen(self) -> int:
        return _number(self.round.data) or 0


class ObjectionForm(ConfirmForm):
    words = LongTextField(sentence("What has to be changed"), longest=2000, validators=[Required()])


# ------------------------------------------------------------------------------------------------------------- actions


class ActionForm(Form):
    title = TranslatedField(sentence("What is to be done"), longest=200, validators=[Required()])
    office_id = RowField(sentence("Office that does it"), validators=[Required()])
    person_id = RowField(sentence("Person of this office"), empty=NOBODY)
    due_on = DateField(sentence("Until"), validators=[Required()])

    def terms(self, offices: Iterable[Organisation]) -> ActionTerms:
        office = next(one for one in offices if one.id == self.office_id.data)
        return ActionTerms(self.title.data, office, self.person_id.data, self.due_on.data)


class CloseForm(Form):
    note = LongTextField(sentence("How it ended"), longest=1000, validators=[Required()])
