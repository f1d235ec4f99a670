"""How the calendars of festivals, the states of stories, what photos show and what cities answer read on pages."""

from exchange_app.core.text import sentence
from exchange_app.publicity.rules import Answer, Permission, Reckoning, Shows, StoryState
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Reckoning: {
        Reckoning.LUNAR: sentence("Lunar calendar"),
        Reckoning.SOLAR: sentence("Solar calendar"),
    },
    StoryState: {
        StoryState.DRAFT: sentence("Draft"),
        StoryState.PROPOSED: sentence("Waits to be checked"),
        StoryState.PUBLISHED: sentence("Published"),
        StoryState.WITHDRAWN: sentence("Withdrawn"),
    },
    Shows: {
        Shows.NOBODY: sentence("Nobody can be recognised"),
        Shows.CHILDREN: sentence("Children of a group can be recognised"),
    },
    Permission: {
        Permission.GIVEN: sentence("Everybody who can be recognised agreed"),
        Permission.UNNAMED: sentence("The leader has not said yet who can be recognised"),
        Permission.OUTDATED: sentence("A guardian agreed to something else than what is asked now"),
        Permission.LOST: sentence("Somebody who can be recognised did not agree"),
    },
    Answer: {
        Answer.YES: sentence("We come"),
        Answer.NO: sentence("We cannot come"),
    },
}
