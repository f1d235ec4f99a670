"""How the state of a school's own trip reads on pages, and how its history is told."""

from exchange_app.core.text import sentence
from exchange_app.tailored.models import InquiryEvent
from exchange_app.tailored.rules import InquiryState, Side, Step
from exchange_app.web.labels import Labels

LABELS: Labels = {
    InquiryState: {
        InquiryState.DRAFT: sentence("Draft"),
        InquiryState.WITH_HOST: sentence("The host answers next"),
        InquiryState.WITH_SCHOOL: sentence("The school answers next"),
        InquiryState.AGREED: sentence("Agreed"),
        InquiryState.DECLINED: sentence("Declined"),
        InquiryState.WITHDRAWN: sentence("Withdrawn"),
        InquiryState.EXPIRED: sentence("Ended without an answer"),
    },
    Side: {
        Side.SCHOOL: sentence("The school"),
        Side.HOST: sentence("The host"),
    },
    Step: {
        Step.SEND: sentence("A version was sent"),
        Step.WRITE: sentence("A few words"),
        Step.AGREE: sentence("Agreed"),
        Step.DECLINE: sentence("Declined"),
        Step.WITHDRAW: sentence("Withdrawn"),
        Step.EXPIRE: sentence("Ended without an answer"),
        Step.TAKE_ON: sentence("Taken on"),
        Step.HAND_BACK: sentence("Handed back to the organisers of the city"),
    },
}

_TOLD = {
    (Side.SCHOOL, Step.SEND): sentence("The school sent version %(version)s"),
    (Side.HOST, Step.SEND): sentence("The host sent version %(version)s"),
    (Side.SCHOOL, Step.WRITE): sentence("The school wrote"),
    (Side.HOST, Step.WRITE): sentence("The host asked back"),
    (Side.SCHOOL, Step.AGREE): sentence("The school agreed to version %(version)s"),
    (Side.HOST, Step.AGREE): sentence("The host agreed to version %(version)s"),
    (Side.HOST, Step.DECLINE): sentence("The host declined"),
    (Side.SCHOOL, Step.WITHDRAW): sentence("The school withdrew"),
    (None, Step.EXPIRE): sentence("Nobody said anything for 14 days, so it ended by itself"),
    (Side.HOST, Step.TAKE_ON): sentence("An organiser took it on"),
    (Side.HOST, Step.HAND_BACK): sentence("The organiser handed it back to those of the city"),
}


def tell(event: InquiryEvent) -> str:
    """What happened, in the reader's language."""
    return str(_TOLD[event.side, event.step]) % {"version": event.version}
