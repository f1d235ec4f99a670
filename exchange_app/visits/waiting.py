"""What of visits waits for a co-ordinator: proposals to answer, what they have taken on, returns that are overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask_babel import gettext

from exchange_app.accounts.models import User
from exchange_app.coordination.waiting import Item, Section
from exchange_app.partners.queries import list_ids_in_force
from exchange_app.visits.models import Visit
from exchange_app.visits.queries.returns import Owed, list_overdue
from exchange_app.visits.queries.visits import list_follow_ups_of, list_visits_to_answer
from exchange_app.web.formats import date_range

SHOWN = 10
LOOKED_AHEAD = timedelta(days=7)


def tell_visits(user: User, today: date) -> Iterator[Section]:
    visits = list_visits_to_answer(user, limit=SHOWN)
    yield Section(
        "visits-to-answer", gettext("Visits to answer"), [_to_answer(visit) for visit in visits], is_answer=True
    )
    taken_on = list_follow_ups_of(user, today + LOOKED_AHEAD, limit=SHOWN)
    yield Section(
        "follow-ups",
        gettext("What follows from visits"),
        [Item(one.words, one.visit.title, "visits.visit", {"visit_id": one.visit_id}, one.due_on) for one in taken_on],
    )
    yield Section(
        "returns-overdue", gettext("Returns overdue"), [_overdue(owed) for owed in _list_overdue(user, today)]
    )


def _to_answer(visit: Visit) -> Item:
    note = f"{visit.sending_city.name} → {visit.hosting_city.name} · {date_range(visit.starts_on, visit.ends_on)}"
    return Item(visit.title, note, "visits.visit", {"visit_id": visit.id})


def _list_overdue(user: User, today: date) -> list[Owed]:
    city_id = user.organisation.city_id
    return list_overdue(city_id, list_ids_in_force(city_id), today, limit=SHOWN)


def _overdue(owed: Owed) -> Item:
    exchange = owed.exchange
    title = exchange.departure.package.title if exchange.departure else exchange.title
    note = gettext(
        "%(back)s should return it · it went there on %(days)s",
        back=exchange.hosting_city.name,
        days=date_range(owed.stay.starts_on, owed.stay.ends_on),
    )
    return Item(str(title), note, "visits.returning", {"exchange_id": exchange.id}, owed.due_on)
