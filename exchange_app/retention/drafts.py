"""Letters about a breach, drafted from its report in both languages; what nobody knows yet is a gap to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from exchange_app.core.text import Translated, in_every_language, sentence, worded_later
from exchange_app.retention.affected import Group
from exchange_app.retention.models import Breach
from exchange_app.retention.rules import Audience, Data
from exchange_app.web.formats import moment, site_name
from exchange_app.web.labels import label

GREETINGS = {
    Audience.GUARDIANS: sentence("Dear guardians,"),
    Audience.SCHOOLS: sentence("Dear leaders,"),
    Audience.REGULATOR: sentence("To the authority responsible for personal data protection"),
}
OPENINGS = {
    Audience.GUARDIANS: sentence(
        "We have to tell you that data about your child may have got into wrong hands. We are sorry. This letter says "
        "what happened, which data it is about, what we do, and what you can do."
    ),
    Audience.SCHOOLS: sentence(
        "Data about children of your group may have got into wrong hands. Please tell the guardians with the letter "
        "drafted for them, by the way on which you usually reach them, and keep a note of whom you told when."
    ),
    Audience.REGULATOR: sentence("We report that personal data of children may have got into wrong hands."),
}
WHAT_YOU_CAN_DO = {
    Audience.GUARDIANS: sentence(
        "What you can do: be careful with calls and messages that mention your child or the visit and ask for money, "
        "codes or further data; ask what is kept about your child, and have it deleted, by your link or by the leader."
    ),
    Audience.SCHOOLS: sentence(
        "What you can do: answer the guardians' questions, pass on those that you cannot answer, and tell us of calls "
        "or messages that seem to come from it."
    ),
    Audience.REGULATOR: sentence(
        "What may follow: calls or messages to the families by strangers who know of the visit. What we tell the "
        "families: the letter to the guardians is attached."
    ),
}
HAPPENED = sentence("What happened: %(words)s")
NOTICED = sentence("It was noticed on %(noticed)s. It concerns the time from %(began)s to %(ended)s.")
CONCERNED = sentence("Which data: %(kinds)s. They are about %(children)s children of %(groups)s groups.")
CONCERNED_YOURS = sentence("Which data: %(kinds)s.")
DONE = sentence("What we have done: [what was done to end it, and when]")
ASK = sentence("Whom you can ask: [name and phone number of the person who answers for data protection]")
FROM = sentence("%(site)s, [date]")
NOTHING_KNOWN = sentence("[which data]")
BETWEEN_KINDS = sentence("; ")


def draft(breach: Breach, groups: Sequence[Group], audience: Audience) -> Translated:
    kinds = [kind for kind in Data if any(kind in group.kinds for group in groups)]
    facts = {
        "words": breach.words,
        "noticed": worded_later(moment, breach.noticed_at),
        "began": worded_later(moment, breach.began_at),
        "ended": worded_later(moment, breach.ended_at),
        "kinds": worded_later(_kinds_in_words, tuple(kinds)),
        "children": sum(group.children for group in groups),
        "groups": len(groups),
        "site": worded_later(site_name),
    }
    which = CONCERNED if audience is Audience.REGULATOR else CONCERNED_YOURS
    parts = (
        GREETINGS[audience],
        OPENINGS[audience],
        HAPPENED,
        NOTICED,
        which,
        DONE,
        WHAT_YOU_CAN_DO[audience],
        ASK,
        FROM,
    )
    worded = [in_every_language(worded_later(_filled, part, facts)) for part in parts]
    return Translated({language: "\n\n".join(one[language] for one in worded) for language in worded[0]})


def _filled(part: object, facts: dict[str, object]) -> str:
    return str(part) % facts


def _kinds_in_words(kinds: Sequence[Data]) -> str:
    return str(BETWEEN_KINDS).join(map(label, kinds)) or str(NOTHING_KNOWN)
