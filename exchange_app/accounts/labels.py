"""How roles read on pages."""

from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Role: {
        Role.LEADER: sentence("School leader"),
        Role.HEAD: sentence("School head"),
        Role.BUREAU: sentence("Education bureau"),
        Role.ORGANISER: sentence("Organiser"),
        Role.ADMINISTRATOR: sentence("Administrator"),
    }
}
