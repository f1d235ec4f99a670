"""What is said to a passkey and what it answers (WebAuthn level 3), by the library; nothing is stored here.

A passkey asks its owner for a finger, a face or a PIN every time, so that it alone is two factors. It belongs to the
host name of PUBLIC_URL; a number instead of a name can have none. The library is loaded when the first passkey is used:
it takes 10 MB.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from exchange_app.accounts.errors import PasskeyRefused
from exchange_app.accounts.models import Passkey, User
from exchange_app.accounts.rules import CHALLENGE_LENGTH
from exchange_app.core.settings import setting

TIMEOUT = int(CHALLENGE_LENGTH.total_seconds()) * 1000
LONGEST_ANSWER = 20_000


@dataclass(frozen=True, slots=True)
class NewKey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


def are_possible() -> bool:
    """Whether the site's address can have passkeys."""
    try:
        ipaddress.ip_address(_host())
    except ValueError:
        return True
    return False


def ask_for_new(user: User, known: Sequence[Passkey], challenge: bytes, site: str) -> dict[str, Any]:
    """What the browser needs to make a passkey that can be found without an e-mail address."""
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=_host(),
        rp_name=site,
        user_id=user.uid.encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_named(known),
    )
    return _as_data(options)


def ask_for_known(allowed: Sequence[Passkey], challenge: bytes) -> dict[str, Any]:
    """What the browser needs to use one of these, or any that it has for us where none is named."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=_named(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_data(options)


def read_new(answer: str, challenge: bytes) -> NewKey:
    """The passkey that a browser made. Raises PasskeyRefused."""
    from webauthn import verify_registration_response

    try:
        made = verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except Exception as problem:  # whatever somebody made up
        raise PasskeyRefused() from problem
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count)


def credential_id_of(answer: str) -> bytes:
    """Which passkey answers, unproven. Raises PasskeyRefused."""
    from webauthn import base64url_to_bytes

    try:
        return base64url_to_bytes(_parsed(answer)["rawId"])
    except Exception as problem:
        raise PasskeyRefused() from problem


def read_count(answer: str, challenge: bytes, passkey: Passkey) -> int:
    """How often the passkey says that it was used, if the answer is its own and to this challenge. A count that did not
    grow is that of a copy. Raises PasskeyRefused."""
    from webauthn import base64url_to_bytes, verify_authentication_response

    try:
        credential = _parsed(answer)
        owner = credential["response"].get("userHandle")
        if owner and base64url_to_bytes(owner) != passkey.user.uid.encode():
            raise PasskeyRefused()
        used = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as problem:
        raise PasskeyRefused() from problem
    return used.new_sign_count


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    credential: dict[str, Any] = json.loads(answer)
    return credential


def _named(passkeys: Sequence[Passkey]) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]


def _as_data(options: Any) -> dict[str, Any]:
    from webauthn.helpers import options_to_json_dict

    data: dict[str, Any] = options_to_json_dict(options)
    return data


def _host() -> str:
    return urlsplit(setting("PUBLIC_URL")).hostname or ""


def _origin() -> str:
    address = urlsplit(setting("PUBLIC_URL"))
    return f"{address.scheme}://{address.netloc}".lower()
