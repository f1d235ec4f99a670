"""How roles, and what links are for, read on pages."""

from exchange_app.accounts.rules import Purpose
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Role: {
        Role.LEADER: sentence("School leader"),
        Role.HEAD: sentence("School head"),
        Role.BUREAU: sentence("Education bureau"),
        Role.ORGANISER: sentence("Organiser"),
        Role.COORDINATOR: sentence("City co-ordinator"),
        Role.ADMINISTRATOR: sentence("Administrator"),
    },
    Purpose: {
        Purpose.INVITATION: sentence("Invitation"),
        Purpose.RESET: sentence("New password, by an administrator"),
        Purpose.FORGOTTEN: sentence("New password, after forgetting it"),
        Purpose.NEW_ADDRESS: sentence("New e-mail address"),
    },
}

# What somebody may do, in one sentence.
WHAT_ROLES_DO = {
    Role.LEADER: sentence(
        "You can register groups of your school for exchange visits, keep their rosters, and change or cancel bookings."
    ),
    Role.HEAD: sentence("You can approve or decline the groups of your school where a package asks for it."),
    Role.BUREAU: sentence("You can approve or decline the groups of your city's schools where a package asks for it."),
    Role.ORGANISER: sentence(
        "You can offer packages and dates, decide about the groups that register, and write to them."
    ),
    Role.COORDINATOR: sentence(
        "You can keep your city's agreements, meetings, notices, visits and requests for help with its partner cities."
    ),
    Role.ADMINISTRATOR: sentence("You can keep cities, organisations and accounts, and look after the letters."),
}
