"""How kinds and categories of notices, and who reads them, read on pages."""

from exchange_app.core.text import sentence
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility
from exchange_app.web.labels import Labels

LABELS: Labels = {
    NoticeKind: {
        NoticeKind.NOTICE: sentence("Notice"),
        NoticeKind.POLICY: sentence("Policy"),
    },
    Category: {
        Category.YOUTH_EXCHANGE: sentence("Youth exchange"),
        Category.COMMUNITY: sentence("Living side by side"),
        Category.TOURISM: sentence("Tourism"),
        Category.EDUCATION: sentence("Schooling"),
        Category.EMPLOYMENT: sentence("Employment"),
        Category.HEALTH: sentence("Medical care"),
        Category.SAFETY: sentence("Safety"),
        Category.EXPERIENCE: sentence("Experience to share"),
        Category.OTHER: sentence("Other matters"),
    },
    Visibility: {
        Visibility.PUBLIC: sentence("Everybody"),
        Visibility.PARTNERS: sentence("Whoever signs in, of the partner cities"),
        Visibility.DEPARTMENT: sentence("Offices of one department"),
    },
}
