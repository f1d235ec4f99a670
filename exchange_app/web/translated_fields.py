"""Fields for a text in each of the languages, side by side."""

from __future__ import annotations

from typing import Any, NamedTuple

from wtforms import Field
from wtforms.validators import StopValidation

from exchange_app.core.text import LANGUAGES, Translated, sentence
from exchange_app.web.forms import TOO_LONG, clean
from exchange_app.web.languages import NAMES

FILL_IN_ONE_LANGUAGE = sentence("Fill this in, in at least one language.")


class TranslatedInput(NamedTuple):
    language: str
    language_name: str
    name: str
    text: str
    is_refused: bool


class TranslatedField(Field):
    """A text in each language, one line each; its data are a Translated with the languages that were filled in."""

    missing = FILL_IN_ONE_LANGUAGE
    lines = 1

    def __init__(self, label: Any = None, *, longest: int = 200, **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = longest

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.object_data = self.data = data if isinstance(data, Translated) else Translated(self.default or {})
        names = {language: f"{self.name}-{language}" for language in LANGUAGES}
        if formdata is not None and any(name in formdata for name in names.values()):
            typed = {language: clean(formdata.get(name)) for language, name in names.items()}
            self.data = Translated({language: text for language, text in typed.items() if text})

    def pre_validate(self, form: Any) -> None:
        longest = max((len(text) for text in self.data.values()), default=0)
        if longest > self.longest:
            raise StopValidation(str(TOO_LONG) % {"most": self.longest, "written": longest})

    @property
    def inputs(self) -> list[TranslatedInput]:
        """All of a field that was refused are, unless it was for the length of some."""
        texts = {language: self.data.get(language, "") for language in LANGUAGES}
        refused = [language for language in LANGUAGES if len(texts[language]) > self.longest] or LANGUAGES
        return [
            TranslatedInput(
                language, NAMES[language], f"{self.name}-{language}", text, bool(self.errors) and language in refused
            )
            for language, text in texts.items()
        ]


class TranslatedLongField(TranslatedField):
    """A text of several lines in each language."""

    lines = 5

    def __init__(self, label: Any = None, *, longest: int = 4000, **options: Any) -> None:
        super().__init__(label, longest=longest, **options)
