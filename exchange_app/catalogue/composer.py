"""What the page asks on which a package is composed."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import Optional, Regexp

from exchange_app.catalogue.forms import EditForm, ItemFilterForm
from exchange_app.catalogue.rules import MOST_DAYS
from exchange_app.core.text import sentence
from exchange_app.web.forms import CountField, TextField


class ComposeFilter(ItemFilterForm):
    """Which activities stand beside the days, and for how many persons the package is composed."""

    KEPT = ("words", "city", "plan", "manner", "grade", "group")

    words = TextField(sentence("Search"), longest=60)
    group = CountField(sentence("Persons in a group"), least=1, most=10_000)
    day = CountField(sentence("Day"), least=1, most=MOST_DAYS)


class ComposeForm(EditForm):
    """What goes where: an activity (``item``) or a ``stop`` into a ``day``, before another stop or at its end. A button
    says all of it in ``move``, as `12-2-45` or `12-2-`: the stop, the day, and before which."""

    item = CountField(most=2**53)
    stop = CountField(most=2**53)
    day = CountField(least=1, most=MOST_DAYS)
    before = CountField(most=2**53)
    move = HiddenField(validators=[Optional(), Regexp(r"[0-9]{1,15}-[0-9]{1,2}-[0-9]{0,15}\Z")])

    @property
    def place(self) -> tuple[int | None, int | None, int | None]:
        """The stop if it is one, the day, and before which stop."""
        if self.move.data:
            stop, day, before = self.move.data.split("-")
            return int(stop), int(day), int(before) if before else None
        return self.stop.data, self.day.data, self.before.data
