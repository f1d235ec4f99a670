"""A moment as a sentence says it, in the city where things happen and in the reader's language.

For sentences that are made below the web; pages and letters have the filters of `web/formats.py`.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel.speaklater import LazyString

from exchange_app.core.text import current_language, worded_later

MOMENT = {"zh_Hans": "y年M月d日（EEE）HH:mm", "en": "EEE d MMMM y, HH:mm"}


class LocalTimes:
    """Writes moments in one city's zone."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def moment(self, when: datetime) -> str:
        language = current_language()
        return format_datetime(when, MOMENT[language], tzinfo=self._zone, locale=language)

    def moment_later(self, when: datetime) -> LazyString:
        """The same for a sentence that is read later, in the language of whoever reads it."""
        return worded_later(self.moment, when)
