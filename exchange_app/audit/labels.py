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
        What.RESET_ASKED: sentence("New password asked for"),
        What.INVITED: sentence("Invitation sent"),
        What.ADDRESS_ASKED: sentence("New e-mail address asked for"),
        What.ADDRESS_CHANGED: sentence("E-mail address changed"),
        What.SECOND_FACTOR_ADDED: sentence("Second factor added"),
        What.SECOND_FACTOR_REMOVED: sentence("Second factor removed"),
        What.RECOVERY_CODES_MADE: sentence("Recovery codes made"),
        What.RECOVERY_CODE_USED: sentence("Recovery code used"),
        What.DISCLOSED: sentence("Personal data shown in full"),
        What.EXPORTED: sentence("Export made"),
        What.EXPORT_DOWNLOADED: sentence("Export downloaded"),
        What.KEYS_ROTATED: sentence("Personal data sealed with another key"),
        What.TRIP_AGREED: sentence("A school and a host agreed on a trip of the school's own"),
        What.LOG_CUT: sentence("Old entries of this log deleted"),
        What.AUDIT_EXPORTED: sentence("Yearly audit exported"),
        What.RETENTION_CARRIED_OUT: sentence("Data deleted whose time was over"),
        What.DATA_HANDED_OVER: sentence("Data handed over to whom they are about"),
        What.DELETION_ASKED: sentence("Deletion asked for"),
        What.DATA_ERASED: sentence("Data deleted on request"),
        What.BREACH_REPORTED: sentence("Data breach reported"),
        What.BREACH_TEXT_CHANGED: sentence("Drafted letter about a data breach changed"),
        What.BREACH_STEP_TAKEN: sentence("Step against a data breach taken"),
        What.BREACH_GUARDIANS_LISTED: sentence("Guardians to call after a data breach listed"),
        What.LETTERS_PAUSED: sentence("Letters paused"),
        What.LETTERS_RESUMED: sentence("Letters resumed"),
        What.LETTERS_STOPPED: sentence("Waiting letters stopped"),
        What.HELP_CONTACT_SHOWN: sentence("How to reach somebody who asks for help shown"),
        What.HELP_PASSED_ON: sentence("Request for help passed on to another office"),
        What.BACKUP_MADE: sentence("Backup made"),
        What.BACKUP_RESTORED: sentence("Backup restored"),
    }
}
