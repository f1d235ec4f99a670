"""What is written down, and what an entry's link to the one before it is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

Facts = Mapping[str, int | str | bool]


class What(StrEnum):
    """What somebody did. A value is stored and never renamed."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SIGN_INS_ENDED = "sign_ins_ended"
    ACCOUNT_OPENED = "account_opened"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    RESET_ASKED = "reset_asked"
    INVITED = "invited"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CHANGED = "address_changed"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    DISCLOSED = "disclosed"
    EXPORTED = "exported"
    EXPORT_DOWNLOADED = "export_downloaded"
    KEYS_ROTATED = "keys_rotated"
    TRIP_AGREED = "trip_agreed"
    AGREEMENT_SIGNED = "agreement_signed"
    AGREEMENT_CHANGED = "agreement_changed"
    AGREEMENT_ENDED = "agreement_ended"
    AGREEMENT_PROPOSED = "agreement_proposed"
    AGREEMENT_JOINED = "agreement_joined"
    AGREEMENT_LEFT = "agreement_left"
    AGREEMENT_PAPER_ADDED = "agreement_paper_added"
    AGREEMENT_PAPER_SHOWN = "agreement_paper_shown"
    AGREEMENT_PAPER_REMOVED = "agreement_paper_removed"
    MINUTES_CONFIRMED = "minutes_confirmed"
    LOG_CUT = "log_cut"
    AUDIT_EXPORTED = "audit_exported"
    RETENTION_CARRIED_OUT = "retention_carried_out"
    DATA_HANDED_OVER = "data_handed_over"
    DELETION_ASKED = "deletion_asked"
    DATA_ERASED = "data_erased"
    BREACH_REPORTED = "breach_reported"
    BREACH_TEXT_CHANGED = "breach_text_changed"
    BREACH_STEP_TAKEN = "breach_step_taken"
    BREACH_GUARDIANS_LISTED = "breach_guardians_listed"
    LETTERS_PAUSED = "letters_paused"
    LETTERS_RESUMED = "letters_resumed"
    LETTERS_STOPPED = "letters_stopped"
    HELP_CONTACT_SHOWN = "help_contact_shown"
    HELP_PASSED_ON = "help_passed_on"
    PHOTO_NAMED = "photo_named"
    PHOTO_CHECKED = "photo_checked"
    PHOTO_REMOVED = "photo_removed"
    PHOTO_TAKEN_OFF = "photo_taken_off"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"


def content_of(
    number: int, at: datetime, what: What, *, by_id: int | None, user_id: int | None, subject: str | None, facts: Facts
) -> str:
    """Everything that an entry says, as one text that is the same wherever it is read from."""
    said = {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "what": what.value,
        "by": by_id,
        "user": user_id,
        "subject": subject,
        "facts": facts,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
