"""Days and times as a letter says them: in the city where things happen, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from exchange_app.core.text import current_language

DAY = {"zh_Hans": "y年M月d日（EEEE）", "en": "EEEE, d MMMM y"}
MOMENT = {"zh_Hans": "y年M月d日（EEEE）HH:mm", "en": "EEEE, d MMMM y, HH:mm"}
SHORT_DAY = {"zh_Hans": "M月d日", "en": "d MMMM"}


class LocalTimes:
    """Writes moments in one city's zone."""

    def __init__(self, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)

    def day(self, when: datetime | date) -> str:
        return self._write_day(when, DAY)

    def short_day(self, when: datetime | date) -> str:
        return self._write_day(when, SHORT_DAY)

    def hour(self, when: datetime) -> str:
        return f"{when.astimezone(self.zone):%H:%M}"

    def moment(self, when: datetime) -> str:
        language = current_language()
        return format_datetime(when, MOMENT[language], tzinfo=self.zone, locale=language)

    def _write_day(self, when: datetime | date, patterns: dict[str, str]) -> str:
        day = when.astimezone(self.zone).date() if isinstance(when, datetime) else when
        language = current_language()
        return format_date(day, patterns[language], locale=language)
