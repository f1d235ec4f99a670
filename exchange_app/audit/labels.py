"""How what somebody did reads on pages."""

from exchange_app.audit.rules import What
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    What: {
        What.SIGNED_IN: sentence("Signed in"),
        What.SIGN_IN_REFUSED: sentence("Sign-in refused"),
        What.SIGNED_OUT: sentence("Signed out"),
        What.SIGN_INS_ENDED: sentence("Sign-ins ended"),
        What.ACCOUNT_OPENED: sentence("Account opened"),
        What.ACCOUNT_CHANGED: sentence("Account changed"),
        What.ACCOUNT_CLOSED: sentence("Account closed"),
        What.ACCOUNT_REOPENED: sentence("Account opened again"),
        What.PASSWORD_CHANGED: sentence("Password changed"),
        What.PASSWORD_RESET: sentence("Password reset"),
        What.TRIP_AGREED: sentence("A school and a host agreed on a trip of the school's own"),
        What.LOG_CUT: sentence("Old entries of this log deleted"),
    }
}
