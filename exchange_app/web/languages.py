"""The reader's language: what they chose, else what their browser asks for, else Chinese.

Signing in puts the language of the account into the session unless another was chosen before (`accounts/sessions.py`),
so that asking for the language never asks the database.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, format_decimal, get_translations, refresh
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from exchange_app.core.text import DEFAULT_LANGUAGE, LANGUAGES, current_language, speaking

CHOSEN = "language"
# The languages' own names: whoever looks for theirs cannot read the other.
NAMES = {"zh_Hans": "简体中文", "en": "English"}


def speak_languages(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LANGUAGE)
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals.update(current_language=current_language, page_language=page_language, language_names=NAMES)
    _word_templates(app)


def load_languages(app: Flask) -> None:
    """Sentences, and how dates and numbers are written, before anybody asks: what divides has them once."""
    for language in LANGUAGES:
        with app.app_context(), speaking(language):
            get_translations()
            format_decimal(0)  # reads all that is known of the language


def _word_templates(app: Flask) -> None:
    """Templates find their sentences in the reader's catalogue at once. The library's way there is five times as long,
    and a letter has sixty sentences."""

    @cache
    def catalogue(language: str) -> Any:
        with app.app_context(), speaking(language):
            return get_translations()

    @pass_eval_context
    def gettext(context: EvalContext, words: str, **variables: Any) -> str:
        worded = catalogue(current_language()).ugettext(words)
        return (Markup(worded) if context.autoescape else worded) % variables

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, **variables: Any) -> str:
        worded = catalogue(current_language()).ungettext(one, many, num)
        return (Markup(worded) if context.autoescape else worded) % {"num": num, **variables}

    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)


def choose_language() -> str:
    if not has_request_context():
        return DEFAULT_LANGUAGE
    return chosen_language() or accepted_language()


def chosen_language() -> str | None:
    """What this reader chose, if they did."""
    chosen = session.get(CHOSEN)
    return chosen if chosen in LANGUAGES else None


def accepted_language() -> str:
    """The first language in the browser's list that we have; any Chinese and any English will do."""
    for tag, _quality in request.accept_languages:
        match tag.lower().replace("_", "-").split("-")[0]:
            case "zh":
                return "zh_Hans"
            case "en":
                return "en"
    return DEFAULT_LANGUAGE


def remember_language(language: str) -> None:
    """Keep the reader's choice; what is not in LANGUAGES is left out."""
    if language in LANGUAGES:
        session[CHOSEN] = language
        refresh()


def page_language() -> str:
    """The language tag (BCP 47) of `<html lang>`."""
    return current_language().replace("_", "-")
