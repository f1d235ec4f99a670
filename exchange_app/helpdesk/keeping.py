"""Guides, lines of the directory, and who answers which topic are written down and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select

from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Publication
from exchange_app.catalogue.terms import fingerprint, terms_of
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.helpdesk.errors import GuideUnfinished, LinkUnfit
from exchange_app.helpdesk.models import Guide, OfficeEntry, TopicCare
from exchange_app.helpdesk.rules import Topic, is_link
from exchange_app.partners.models import Organisation


@dataclass(frozen=True, slots=True)
class GuideTerms:
    """``office`` keeps the guide, which is about its city."""

    topic: Topic
    office: Organisation
    title: Translated
    body: Translated
    links: Sequence[str]
    publication: Publication
    valid_until: date | None


def add_guide(terms: GuideTerms, *, now: datetime) -> Guide:
    """The same one sent twice is one. Raises LinkUnfit or GuideUnfinished."""
    for known in db.session.scalars(select(Guide).where(Guide.office_id == terms.office.id)):
        if terms_of(known, GuideTerms) == terms:
            return known
    guide = Guide()
    _apply(guide, terms, now)
    db.session.add(guide)
    db.session.flush()
    return guide


def change_guide(guide: Guide, terms: GuideTerms, *, seen: str, now: datetime) -> None:
    """Raises LinkUnfit, GuideUnfinished, or ChangedMeanwhile if it no longer is as ``seen``."""
    locked = select(Guide).where(Guide.id == guide.id).with_for_update(of=Guide, key_share=True)
    db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if (current := seen_of(guide)) != seen:
        raise ChangedMeanwhile(current=current)
    _apply(guide, terms, now)
    db.session.flush()


def seen_of(guide: Guide) -> str:
    """What a form carries to say what its reader saw."""
    values = [getattr(guide, field.name) for field in fields(GuideTerms) if field.name != "office"]
    return fingerprint([guide.office_id, *values])


def _apply(guide: Guide, terms: GuideTerms, now: datetime) -> None:
    if not all(map(is_link, terms.links)):
        raise LinkUnfit()
    is_in_both = all(words.get(language) for words in (terms.title, terms.body) for language in LANGUAGES)
    if terms.publication is Publication.PUBLISHED and not is_in_both:
        raise GuideUnfinished()
    guide.topic, guide.office, guide.city_id = terms.topic, terms.office, terms.office.city_id
    guide.title, guide.body, guide.links = terms.title, terms.body, list(terms.links)
    guide.publication, guide.valid_until, guide.changed_at = terms.publication, terms.valid_until, now


def describe_office(office: Organisation, address: Translated, hours: Translated) -> None:
    db.session.merge(OfficeEntry(organisation_id=office.id, address=address, hours=hours))
    db.session.flush()


def set_answering(answering: Mapping[Topic, tuple[int, int]]) -> None:
    """By topic the department and the working days for a first answer; for requests from now on."""
    for topic, (department_id, answer_days) in answering.items():
        db.session.merge(TopicCare(topic=topic, department_id=department_id, answer_days=answer_days))
    db.session.flush()
