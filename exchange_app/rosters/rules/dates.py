"""Dates of birth, in the ways schools and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from exchange_app.core.text import sentence
from exchange_app.rosters.rules.choices import Role
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.writing import plain, spelled_out

# Ours: an age outside of these is a typing error, not a rule about who may come.
POSSIBLE_AGES = {Role.PUPIL: range(3, 31), Role.STAFF: range(16, 101)}

_SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
_SPREADSHEET_DAY = re.compile(r"[1-9]\d{4}")
_YEAR_MONTH_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]0{1,2}:00(?::00)?(?:\.0+)?)?"
)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")


def check_birth_date(text: str) -> date | None:
    """The date written as 2013-03-15, 2013/3/15, 2013.3.15, 20130315, 2013年3月15日 or a spreadsheet's day number.

    Raises Misfit for a day that does not exist and for anything that can be read in two ways.
    """
    written = spelled_out(plain(text))
    if not written:
        return None
    if _SPREADSHEET_DAY.fullmatch(written):
        return _SPREADSHEET_DAY_ZERO + timedelta(days=int(written))
    parts = _YEAR_MONTH_DAY.fullmatch(written) or _EIGHT_DIGITS.fullmatch(written)
    if parts is None:
        raise Misfit(sentence("The date of birth is not readable; write year, month and day, such as 2013-03-15."))
    year, month, day = (int(part) for part in parts.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise Misfit(
            sentence("There is no day %(month)s-%(day)s in the year %(year)s."), year=year, month=month, day=day
        ) from None


def check_age(born: date, role: Role, today: date) -> None:
    """Raises Misfit if somebody born then cannot be in this role today."""
    if born > today:
        raise Misfit(sentence("The date of birth lies in the future."))
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age not in POSSIBLE_AGES[role]:
        raise Misfit(
            sentence("By this date of birth the person is %(age)s years old; look at the year again."), age=age
        )
