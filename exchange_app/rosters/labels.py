"""How the roster's choices read on pages: in the words that its template and imports use."""

from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS, DocumentType, Role, Sex

LABELS = {Role: ROLE_WORDS, Sex: SEX_WORDS, DocumentType: DOCUMENT_WORDS}
