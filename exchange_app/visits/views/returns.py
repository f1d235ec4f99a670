"""What returns an exchange: linked by hand, with what fits best in front; or still to be proposed."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import get_exchange, map_counts, sides_of
from exchange_app.core.clock import now
from exchange_app.core.months import months_after
from exchange_app.visits.queries import returns as queries
from exchange_app.visits.queries.ledger import list_stays, months_to_return
from exchange_app.visits.service import returns as service
from exchange_app.visits.views.blueprint import KEEPERS, visits
from exchange_app.web.policies import allows

PAGE = "visits.returning"


@visits.get("/coordinator/exchanges/<int:exchange_id>/return")
@allows(*KEEPERS)
def returning(exchange_id: int) -> ResponseReturnValue:
    exchange = get_exchange(exchange_id, me())
    link = queries.find_return(exchange.id)
    is_free = link is None
    today = exchange.hosting_city.today(now())
    persons = map_counts([exchange])[exchange.id].persons
    stays = list_stays(exchange.agreement_id, exchange_ids=[exchange.id])
    return render_template(
        "visits/returning.html",
        exchange=exchange,
        link=link,
        other=_other(exchange, link.outward, link.back) if link else None,
        stay=stays[0] if stays else None,
        due_on=months_after(exchange.ends_on, months_to_return(exchange.agreement_id)),
        today=today,
        backs=queries.list_candidates(exchange, is_back=False) if is_free else [],
        outwards=queries.list_candidates(exchange, is_back=True) if is_free else [],
        proposal=queries.map_proposals([exchange.id]).get(exchange.id),
        offers=queries.list_packages_back(exchange, persons, today) if is_free else [],
        is_own=bool(sides_of(exchange, me())),
    )


def _other(exchange: Exchange, outward: Exchange, back: Exchange) -> Exchange:
    return back if exchange.id == outward.id else outward


@visits.post("/coordinator/exchanges/<int:exchange_id>/return/<int:back_id>")
@allows(*KEEPERS)
def link_return(exchange_id: int, back_id: int) -> ResponseReturnValue:
    """The second one returns the first one."""
    outward, back = get_exchange(exchange_id, me()), get_exchange(back_id, me())

    def command() -> None:
        service.link_return(outward, back, by=me(), now=now())

    is_done(command, done=gettext("Linked: each is the other's visit and return."))
    return redirect(url_for(PAGE, exchange_id=exchange_id), 303)


@visits.post("/coordinator/exchanges/<int:exchange_id>/return/unlink")
@allows(*KEEPERS)
def unlink_return(exchange_id: int) -> ResponseReturnValue:
    exchange = get_exchange(exchange_id, me())
    is_done(lambda: service.unlink_return(exchange, by=me()), done=gettext("They are not linked any more."))
    return redirect(url_for(PAGE, exchange_id=exchange_id), 303)
