"""How it stands with consents, in words."""

from exchange_app.consents.models import ConsentMethod
from exchange_app.consents.rules import ConsentState
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    ConsentState: {
        ConsentState.MISSING: sentence("No answer yet"),
        ConsentState.AGREED: sentence("Agreed"),
        ConsentState.REFUSED: sentence("Refused"),
        ConsentState.WITHDRAWN: sentence("Consent withdrawn"),
    },
    ConsentMethod: {
        ConsentMethod.LINK: sentence("By link"),
        ConsentMethod.PAPER: sentence("On paper"),
    },
}
