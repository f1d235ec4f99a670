"""What one city of an agreement in force wants to change for all of them, until another one says that it was agreed: a
further city joins, a city is no longer party, the agreement of three or more ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import db
from exchange_app.partners import agreements, queries
from exchange_app.partners.errors import OtherCityAgrees, ProposedAlready
from exchange_app.partners.models import Agreement, AgreementProposal
from exchange_app.partners.rules import LEAST_PARTIES, AgreementState, Proposed


@dataclass(frozen=True, slots=True)
class ProposalTerms:
    """``city_id`` is which city joins or leaves, ``on`` its first or last day or that of the agreement."""

    what: Proposed
    on: date
    city_id: int | None = None
    reason: str = ""


def needs_another_word(agreement: Agreement, terms: ProposalTerms, own_id: int | None) -> bool:
    """Whether a city may not do this alone. A draft binds nobody; leaving, or ending what only two agreed, is done by
    the own word. ``own_id`` is None for an administrator."""
    if own_id is None or agreement.state is not AgreementState.IN_FORCE:
        return False
    match terms.what:
        case Proposed.JOIN:
            return True
        case Proposed.LEAVE:
            return terms.city_id != own_id
        case Proposed.END:
            return len(agreement.parties) > LEAST_PARTIES


def propose(agreement: Agreement, terms: ProposalTerms, *, own_id: int, by_id: int, now: datetime) -> AgreementProposal:
    """Refused at once is what could not be carried out. Raises ProposedAlready, and as `agreements.check_*`."""
    _check(agreement, terms, now)
    if any(one.what is terms.what and one.city_id == terms.city_id for one in agreement.proposals):
        raise ProposedAlready()
    proposal = AgreementProposal(
        what=terms.what,
        city=None if terms.city_id is None else queries.get_city(terms.city_id),
        city_id=terms.city_id,
        on=terms.on,
        reason=terms.reason.strip(),
        proposing_city_id=own_id,
        proposed_by_id=by_id,
        proposed_at=now,
    )
    agreement.proposals.append(proposal)
    db.session.flush()
    facts: dict[str, int | str | bool] = {"what": str(terms.what), "city": terms.city_id or 0}
    record(What.AGREEMENT_PROPOSED, by_id=by_id, now=now, subject=f"agreement:{agreement.id}", facts=facts)
    return proposal


def _check(agreement: Agreement, terms: ProposalTerms, now: datetime) -> None:
    match terms.what:
        case Proposed.JOIN:
            agreements.check_joining(agreement, terms.city_id, terms.on, now)
        case Proposed.LEAVE:
            agreements.check_leaving(agreement, terms.city_id, terms.on, now)
        case Proposed.END:
            agreements.check_ending(agreement, terms.on, now)


def agree(agreement: Agreement, proposal_id: int, *, own_id: int | None, by_id: int, now: datetime) -> None:
    """It is carried out. Raises ProposalNotFound, OtherCityAgrees, and as what was proposed does."""
    proposal = agreement.find_proposal(proposal_id)
    if own_id == proposal.proposing_city_id:
        raise OtherCityAgrees()
    agreement.proposals.remove(proposal)
    terms = ProposalTerms(proposal.what, proposal.on, proposal.city_id, proposal.reason)
    carry_out(agreement, terms, by_id=by_id, now=now)


def carry_out(agreement: Agreement, terms: ProposalTerms, *, by_id: int, now: datetime) -> None:
    """Raises as `agreements.check_*`."""
    match terms.what:
        case Proposed.JOIN:
            agreements.add_party(agreement, queries.get_city(terms.city_id), terms.on, by_id=by_id, now=now)
        case Proposed.LEAVE:
            agreements.remove_party(agreement, terms.city_id, terms.on, by_id=by_id, now=now)
        case Proposed.END:
            agreements.end_agreement(agreement, terms.on, terms.reason, by_id=by_id, now=now)


def drop(agreement: Agreement, proposal_id: int) -> None:
    """Taken back by the city that made it, or not agreed to by another. Raises ProposalNotFound."""
    agreement.proposals.remove(agreement.find_proposal(proposal_id))
    db.session.flush()
