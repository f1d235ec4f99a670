"""Changing what an agreement says, by one of several cities that write at it, and who is party of it."""

from __future__ import annotations

from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.terms import fingerprint, terms_of
from exchange_app.coordination import letters
from exchange_app.coordination.queries.people import city_of
from exchange_app.partners import agreements, proposals
from exchange_app.partners.agreements import AgreementTerms
from exchange_app.partners.errors import EndedOtherwise
from exchange_app.partners.models import Agreement, AgreementProposal
from exchange_app.partners.proposals import ProposalTerms
from exchange_app.partners.rules import Proposed


def propose_or_carry_out(
    agreement: Agreement, terms: ProposalTerms, *, by: User, now: datetime
) -> AgreementProposal | None:
    """What no city does alone waits for the word of another one, whose co-ordinators get a letter. Raises as
    `proposals.propose` and `proposals.carry_out`."""
    own_id = city_of(by)
    if own_id is None or not proposals.needs_another_word(agreement, terms, own_id):
        proposals.carry_out(agreement, terms, by_id=by.id, now=now)
        return None
    proposal = proposals.propose(agreement, terms, own_id=own_id, by_id=by.id, now=now)
    letters.write_change_proposed(proposal, now)
    return proposal


def change_agreement(agreement: Agreement, terms: AgreementTerms, *, seen: str, by: User, now: datetime) -> None:
    """Raises ChangedMeanwhile if it no longer is as ``seen``, EndedOtherwise, and as `agreements.change_agreement`."""
    if (current := seen_of(agreement)) != seen:
        raise ChangedMeanwhile(current=current)
    last_day = terms.in_force_until or date.max
    is_sooner = last_day < (agreement.in_force_until or date.max)
    if is_sooner and proposals.needs_another_word(agreement, ProposalTerms(Proposed.END, last_day), city_of(by)):
        raise EndedOtherwise()
    agreements.change_agreement(agreement, terms, by_id=by.id, now=now)


def seen_of(agreement: Agreement) -> str:
    """What a form carries to say what its reader saw."""
    return fingerprint(terms_of(agreement, AgreementTerms))
