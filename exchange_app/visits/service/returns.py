"""An exchange is linked to the one that returns it; each has one, and it went the other way."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select

from exchange_app.accounts.models import User
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import sides_of
from exchange_app.core.database import db
from exchange_app.partners.models import Agreement
from exchange_app.partners.queries import lock_agreement
from exchange_app.visits.errors import NoReturnOfIt, NotReturned, NotYourVisit, ReturnedAlready
from exchange_app.visits.models import Return, ReturnRule
from exchange_app.visits.queries import returns as queries


def link_return(outward: Exchange, back: Exchange, *, by: User, now: datetime) -> None:
    """By either of the two cities. Raises NotYourVisit, NoReturnOfIt or ReturnedAlready."""
    if not sides_of(outward, by):
        raise NotYourVisit()
    check_may_return(outward, back.agreement_id, back.sending_city_id, back.hosting_city_id, back.starts_on)
    if not queries.do_take_place((outward.id, back.id)):
        raise NoReturnOfIt()
    if not _link(outward, back, by, now):
        raise ReturnedAlready()


def link_if_free(outward: Exchange, back: Exchange, *, by: User, now: datetime) -> bool:
    """For a visit that was proposed as a return: meanwhile another one may be linked, or the days may be others."""
    try:
        check_may_return(outward, back.agreement_id, back.sending_city_id, back.hosting_city_id, back.starts_on)
    except NoReturnOfIt:
        return False
    return queries.do_take_place((outward.id, back.id)) and _link(outward, back, by, now)


def check_may_return(
    outward: Exchange, agreement_id: int, sending_city_id: int, hosting_city_id: int, starts_on: date
) -> None:
    """Raises NoReturnOfIt."""
    goes_back = outward.sending_city_id == hosting_city_id and outward.hosting_city_id == sending_city_id
    if outward.agreement_id != agreement_id or not goes_back or starts_on < outward.starts_on:
        raise NoReturnOfIt()


def _link(outward: Exchange, back: Exchange, by: User, now: datetime) -> bool:
    """Links of an agreement are made one after the other, since no constraint sees that one exchange stands on the
    left of a link and on the right of another."""
    lock_agreement(outward.agreement_id, None)
    pair = (outward.id, back.id)
    if queries.map_returns(pair):
        return False
    for exchange_id in pair:
        forget_links(exchange_id)  # what is left of one whose other side was called off
    db.session.add(Return(outward_id=outward.id, back_id=back.id, linked_by_id=by.id, linked_at=now))
    db.session.flush()
    return True


def unlink_return(exchange: Exchange, *, by: User) -> None:
    """Raises NotYourVisit or NotReturned."""
    if not sides_of(exchange, by):
        raise NotYourVisit()
    if not forget_links(exchange.id):
        raise NotReturned()


def forget_links(exchange_id: int) -> int:
    either = or_(Return.outward_id == exchange_id, Return.back_id == exchange_id)
    links = db.session.scalars(select(Return).where(either)).all()
    for link in links:
        db.session.delete(link)
    db.session.flush()
    return len(links)


def set_months(agreement: Agreement, months: int) -> None:
    """Within how many months a stay under the agreement is returned."""
    rule = db.session.get(ReturnRule, agreement.id)
    if rule is None:
        rule = ReturnRule(agreement_id=agreement.id)
        db.session.add(rule)
    rule.months = months
    db.session.flush()
