"""What organisers say about a photo: the file, what it shows, who took it, and what of it stays in sight."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, BinaryIO

from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.widgets import TextInput

from exchange_app.catalogue.forms import EditForm
from exchange_app.catalogue.photos import PhotoTerms
from exchange_app.core.text import sentence
from exchange_app.web.forms import CountField, Required, TextField
from exchange_app.web.translated_fields import TranslatedField

MIDDLE = 50


class FocusField(CountField):
    """A place in per cent, on a slider."""

    widget = TextInput(input_type="range")

    def __init__(self, label: Any = None, **options: Any) -> None:
        scale = {"min": 0, "max": 100, "step": 1}
        super().__init__(label, most=100, default=MIDDLE, validators=[Required()], render_kw=scale, **options)


class PhotoForm(EditForm):
    file = FileField(sentence("Photo"))
    alternative = TranslatedField(sentence("What the photo shows"), longest=200, validators=[Required()])
    credit = TextField(sentence("Who took it, or where it is from"), longest=100, validators=[Required()])
    is_cleared = BooleanField(sentence("I have looked at the photo: no child can be recognised in it"))
    focus_x = FocusField(sentence("What stays in sight: from left to right"))
    focus_y = FocusField(sentence("What stays in sight: from top to bottom"))

    @property
    def upload(self) -> BinaryIO | None:
        return self.file.data.stream if self.file.data else None

    def terms(self) -> PhotoTerms:
        values = {field.name: self[field.name].data for field in fields(PhotoTerms)}
        return PhotoTerms(**values)
