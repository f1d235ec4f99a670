"""What everybody may know about agreements: what the cities agreed, who is party, and which papers are public."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import reader
from exchange_app.coordination.queries.exchanges import count_exchanges
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.queries.problems import count_problems
from exchange_app.coordination.rules import ProblemState
from exchange_app.coordination.views.blueprint import coordination
from exchange_app.core.roles import Role
from exchange_app.partners import queries
from exchange_app.partners.errors import AgreementNotFound, PaperNotFound
from exchange_app.partners.models import AgreementPaper
from exchange_app.partners.rules import AgreementState, CounterpartState
from exchange_app.web.files import hand_out
from exchange_app.web.policies import anyone

READ_BY_PARTIES = (Role.COORDINATOR, Role.ORGANISER, Role.ADMINISTRATOR)


@coordination.get("/agreements")
@anyone
def agreements() -> ResponseReturnValue:
    return render_template("coordination/agreements.html", agreements=queries.list_public_agreements())


@coordination.get("/agreements/<int:agreement_id>")
@anyone
def agreement(agreement_id: int) -> ResponseReturnValue:
    found = queries.get_public_agreement(agreement_id)
    pairs = [one for one in queries.list_counterparts(found.id) if one.state is CounterpartState.CONFIRMED]
    return render_template(
        "coordination/agreement.html",
        agreement=found,
        papers=[paper for paper in found.papers if paper.is_public],
        liaisons={one.city_id: one for one in queries.list_liaisons(found.id)},
        pairs=pairs,
        exchanges=count_exchanges(found.id),
        settled=count_problems(found.id, ProblemState.SETTLED),
        is_own=_is_own(found.id),
    )


@coordination.get("/agreements/<int:agreement_id>/papers/<int:paper_id>")
@anyone
def paper(agreement_id: int, paper_id: int) -> ResponseReturnValue:
    found = queries.get_paper(paper_id, agreement_id)
    if not _may_read(found):
        raise PaperNotFound()
    return hand_out(found.content, found.content_type, found.filename)


def _may_read(found: AgreementPaper) -> bool:
    """A public paper of an agreement that was signed, everybody; any paper, the offices of its cities."""
    is_signed = found.agreement.state is not AgreementState.DRAFT
    return (found.is_public and is_signed) or _is_own(found.agreement_id)


def _is_own(agreement_id: int) -> bool:
    """Whether who is looking speaks for a city that is party."""
    user = reader()
    if user is None or user.role not in READ_BY_PARTIES:
        return False
    try:
        queries.get_agreement(agreement_id, city_of(user))
    except AgreementNotFound:
        return False
    return True
