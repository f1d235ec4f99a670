"""Who gets data about children besides the school, as an organiser names them in the form of a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exchange_app.catalogue.rules import make_recipients
from exchange_app.core.text import Translated, sentence
from exchange_app.web.translated_fields import FILL_IN_ONE_LANGUAGE, TranslatedField

PLACES = (1, 2, 3)
RECIPIENT = sentence("Recipient")
PURPOSE = sentence("Which data, and what for")


class RecipientsPart:
    """A part of a form: each recipient's name beside what they get and need it for."""

    recipient_1 = TranslatedField(RECIPIENT, longest=100)
    purpose_1 = TranslatedField(PURPOSE)
    recipient_2 = TranslatedField(RECIPIENT, longest=100)
    purpose_2 = TranslatedField(PURPOSE)
    recipient_3 = TranslatedField(RECIPIENT, longest=100)
    purpose_3 = TranslatedField(PURPOSE)

    @staticmethod
    def named(recipients: Iterable[Mapping[str, Any]]) -> dict[str, Translated]:
        """A package's recipients, as the form shows them."""
        shown = {}
        for place, recipient in enumerate(recipients, 1):
            shown[f"recipient_{place}"] = Translated(recipient["name"])
            shown[f"purpose_{place}"] = Translated(recipient["purpose"])
        return shown

    @property
    def recipient_fields(self) -> list[tuple[TranslatedField, TranslatedField]]:
        return [(getattr(self, f"recipient_{place}"), getattr(self, f"purpose_{place}")) for place in PLACES]

    def recipients(self) -> list[dict[str, Any]]:
        return make_recipients((name.data, purpose.data) for name, purpose in self.recipient_fields)

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody is named without saying what for, nor the other way round."""
        is_valid = bool(super().validate(extra_validators))  # type: ignore[misc]
        for pair in self.recipient_fields:
            if any(one.data for one in pair):
                for one in pair:
                    if not one.data:
                        one.errors = [*one.errors, FILL_IN_ONE_LANGUAGE]
                        is_valid = False
        return is_valid
