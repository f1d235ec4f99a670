"""What may be typed into a field, what it means, and that it stays when it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string
from wtforms import DateField as PlainDateField
from wtforms import IntegerField
from wtforms.validators import Length, NumberRange

from exchange_app.core.text import Translated, sentence
from exchange_app.web.forms import (
    ChoiceField,
    CountField,
    DateField,
    EmailField,
    FilterForm,
    Form,
    LongTextField,
    MomentField,
    MoneyField,
    OnceForm,
    PhoneField,
    Required,
    TextField,
)
from exchange_app.web.labels import add_labels
from exchange_app.web.translated_fields import TranslatedField, TranslatedLongField


class Season(StrEnum):
    SPRING = "spring"
    AUTUMN = "autumn"


add_labels({Season: {Season.SPRING: sentence("Spring"), Season.AUTUMN: sentence("Autumn")}})


class Everything(Form):
    name = TextField("Name", longest=10, validators=[Required()])
    note = LongTextField("Note")
    email = EmailField("E-mail")
    phone = PhoneField("Phone")
    pupils = CountField("Pupils", least=1, most=500)
    price = MoneyField("Price")
    meets_at = MomentField("Meets at")
    day = DateField("Day")
    season = ChoiceField(Season, "Season", empty="any")
    title = TranslatedField("Title", longest=20, validators=[Required()])
    summary = TranslatedLongField("Summary")


GOOD = {"name": "Bronze", "title-en": "Drums", "season": "spring"}
PAGE = """
{% from "components/forms.html" import error_summary, field, hidden_fields %}
{{ hidden_fields(form) }}
{{ error_summary(form) }}
{% for one in form if one.name != "csrf_token" %}{{ field(one, hint="a hint") }}{% endfor %}
"""


@pytest.fixture(autouse=True)
def english(site: Flask) -> Iterator[None]:
    with site.test_request_context(headers={"Accept-Language": "en"}):
        yield


def typed(app: Flask, **fields: str) -> Everything:
    with app.test_request_context(method="POST", data={**GOOD, **fields}, headers={"Accept-Language": "en"}):
        form = Everything(meta={"csrf": False, "zone": ZoneInfo("Asia/Shanghai")})
        form.validate()
    return form


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("name", "  Bronze\u0000 ", "Bronze"),
        ("name", "Bro\uffffnze\ufffe", "Bronze"),  # no XML holds it: no feed, no card and no workbook
        ("name", "e\u0301", "é"),
        ("note", "one\r\ntwo", "one\ntwo"),
        ("email", " Name@School.Example ", "name@school.example"),
        ("email", "ｎａｍｅ@school.example", "name@school.example"),
        ("phone", "１３９ 0000 1234", "13900001234"),
        ("phone", "+84 912 345 678", "+84912345678"),
        ("phone", "(0771) 555-0000", "0771555-0000"),
        ("pupils", "２４", 24),
        ("pupils", " 24 ", 24),
        ("price", "120", 12000),
        ("price", "120.5", 12050),
        ("price", "0", 0),
        ("meets_at", "2027-04-12T07:40", datetime(2027, 4, 11, 23, 40, tzinfo=UTC)),
        ("meets_at", "2027-04-12 07:40", datetime(2027, 4, 11, 23, 40, tzinfo=UTC)),
        ("meets_at", "2000-01-01T00:00", datetime(1999, 12, 31, 16, 0, tzinfo=UTC)),
        ("day", "2199-12-31", date(2199, 12, 31)),
        ("season", "autumn", Season.AUTUMN),
        ("season", "", None),
        ("title-zh_Hans", "铜鼓", Translated(zh_Hans="铜鼓", en="Drums")),
    ],
)
def test_what_is_typed_is_understood(site: Flask, field: str, text: str, value: Any) -> None:
    form = typed(site, **{field: text})
    assert form.errors == {}
    assert form[field.split("-")[0]].data == value


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("name", "", "Fill this in."),
        ("name", "   ", "Fill this in."),
        ("name", "a very long name", "at most 10 characters; these are 16"),
        ("email", "nobody", "Write an e-mail address"),
        ("email", "名@学校.cn", "Write an e-mail address"),
        ("email", "a@b.example\r\nBcc: c@d.example", "Write an e-mail address"),
        ("phone", "call me", "Write a phone number"),
        ("phone", "110", "Write a phone number"),
        ("pupils", "many", "Write a whole number"),
        ("pupils", "1.5", "Write a whole number"),
        ("pupils", "1_0", "Write a whole number"),
        ("pupils", "0", "from 1 to 500"),
        ("pupils", "-3", "from 1 to 500"),
        ("pupils", "501", "from 1 to 500"),
        ("pupils", "9" * 40, "Write a whole number"),
        ("price", "1,5", "Write an amount"),
        ("price", "-1", "Write an amount"),
        ("price", "1.234", "Write an amount"),
        ("meets_at", "tomorrow", "Write day and time"),
        ("meets_at", "2027-04-12", "Write day and time"),
        ("meets_at", "2027-02-30T10:00", "Write day and time"),
        ("meets_at", "2027-04-12T07:40+02:00", "Write day and time"),
        ("meets_at", "0001-01-01T00:00", "Write a year from 2000 to 2199."),
        ("meets_at", "1999-12-31T23:59", "Write a year from 2000 to 2199."),
        ("meets_at", "9999-12-31T23:59", "Write a year from 2000 to 2199."),
        ("day", "tomorrow", "Write a date as in 2027-04-12."),
        ("day", "2027-02-30", "Write a date as in 2027-04-12."),
        ("day", "0001-01-01", "Write a year from 2000 to 2199."),
        ("day", "9999-12-31", "Write a year from 2000 to 2199."),
        ("season", "winter", "Choose one of the list"),
        ("title-en", "", "in at least one language"),
        ("title-en", "x" * 21, "at most 20 characters"),
    ],
)
def test_what_cannot_be_taken_gets_its_sentence_and_stays(site: Flask, field: str, text: str, words: str) -> None:
    form = typed(site, **{field: text})
    errors = form[field.split("-")[0]].errors
    assert len(errors) == 1
    assert words in str(errors[0])
    shown = render_template_string(PAGE, form=form)
    if text.strip() and field not in ("season", "title-en") and "\n" not in text:
        assert f'value="{text}"' in shown
    assert str(errors[0]) in shown


def test_a_form_over_a_row_shows_the_row(site: Flask) -> None:
    row = {
        "price": 12050,
        "meets_at": datetime(2027, 4, 11, 23, 40, tzinfo=UTC),
        "title": Translated(zh_Hans="铜鼓", en="Drums"),
        "pupils": 24,
        "season": Season.AUTUMN,
    }
    shown = render_template_string(PAGE, form=Everything(formdata=None, data=row))
    for value in ("120.50", "2027-04-12T07:40", "铜鼓", "Drums", "24"):
        assert f'value="{value}"' in shown
    assert '<option selected value="autumn">Autumn</option>' in shown


def test_every_field_says_what_belongs_to_it(site: Flask) -> None:
    shown = render_template_string(PAGE, form=typed(site, name=""))
    assert 'aria-describedby="name-hint name-error"' in shown
    assert 'id="name-error"' in shown
    assert '<label class="form-label" for="name">' in shown
    assert '<a href="#name">Name</a>' in shown  # the summary leads to the field
    assert 'lang="zh-Hans"' in shown


def test_what_is_optional_says_so_and_what_is_required_is_marked(site: Flask) -> None:
    shown = render_template_string(PAGE, form=Everything(formdata=None))
    name = shown.split('for="name"')[1].split("</div>")[0]
    note = shown.split('for="note"')[1].split("</div>")[0]
    assert "optional" not in name
    assert "required" in name
    assert "optional" in note


def test_of_a_text_in_two_languages_the_one_that_is_too_long_is_marked(site: Flask) -> None:
    shown = render_template_string(PAGE, form=typed(site, **{"title-zh_Hans": "鼓", "title-en": "x" * 21}))
    marked = re.findall(r'class="form-control is-invalid" id="([^"]*)"', shown)
    assert marked == ["title-en"]
    assert '<a href="#title-en">' in shown


class Dated(Form):
    day = DateField("Day", validators=[Required()])


def test_a_day_that_is_not_given_is_asked_for(site: Flask) -> None:
    with site.test_request_context(method="POST", data={"day": " "}, headers={"Accept-Language": "en"}):
        form = Dated(meta={"csrf": False})
        form.validate()
    assert form.errors == {"day": ["Fill this in."]}


def test_what_was_typed_is_no_markup(site: Flask) -> None:
    attack = '"></textarea><script>alert(1)</script>'
    shown = render_template_string(PAGE, form=typed(site, name=attack, note=attack, **{"title-en": attack}))
    assert "<script>" not in shown


class Old(Form):
    day = PlainDateField("Day")
    count = IntegerField("Count", validators=[NumberRange(1, 9)])
    word = TextField("Word", validators=[Length(max=3)])


def test_the_librarys_own_sentences_are_ours(site: Flask) -> None:
    for fields, words in (
        ({"day": "x", "count": "1"}, "Write a date as in 2027-04-12."),
        ({"count": "x"}, "Write a whole number in digits, such as 24."),
        ({"count": "12"}, "Write a number from 1 to 9."),
        ({"word": "four", "count": "1"}, "Write at most 3 characters."),
    ):
        with site.test_request_context(method="POST", data=fields, headers={"Accept-Language": "en"}):
            form = Old(meta={"csrf": False})
            form.validate()
            found = {str(sentence) for errors in form.errors.values() for sentence in errors}
        assert words in found


def test_every_rendered_form_has_a_token_of_its_own_and_keeps_it_when_refused(site: Flask) -> None:
    first, second = OnceForm(formdata=None), OnceForm(formdata=None)
    assert first.form_token.data != second.form_token.data
    with site.test_request_context(method="POST", data={"form_token": "abc"}):
        assert OnceForm().form_token.data == "abc"
    with site.test_request_context(method="POST", data={"form_token": "x" * 500}):
        assert len(OnceForm().form_token.data) == 64
    with site.test_request_context(method="POST", data={"form_token": ""}):
        assert OnceForm().form_token.data


class Wishes(FilterForm):
    plan = ChoiceField(Season, "Season", empty="any")


def test_a_filter_reads_the_address_and_needs_no_token(site: Flask) -> None:
    with site.test_request_context("/?plan=spring"):
        form = Wishes()
        assert form.plan.data is Season.SPRING
        assert "csrf_token" not in form
