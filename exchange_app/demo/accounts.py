"""The sign-ins that the demo offers on its sign-in page and at its start. The persons stand in content/people.toml."""

from __future__ import annotations

from typing import Any, NamedTuple

from exchange_app.core.text import sentence

PASSWORD = "exchange-demo-2026"


class SignIn(NamedTuple):
    """``label`` says, in the reader's language, as whom one signs in."""

    label: Any
    email: str
    password: str


def sign_ins() -> list[SignIn]:
    return [
        SignIn(sentence("School leader, Nanning"), "leader.nanning@demo.example", PASSWORD),
        SignIn(sentence("School leader, Chongzuo"), "leader.chongzuo@demo.example", PASSWORD),
        SignIn(sentence("School head, Nanning"), "head.nanning@demo.example", PASSWORD),
        SignIn(sentence("Education bureau, Nanning"), "bureau.nanning@demo.example", PASSWORD),
        SignIn(sentence("City co-ordinator, Nanning"), "coordinator.nanning@demo.example", PASSWORD),
        SignIn(sentence("City co-ordinator, Chongzuo"), "coordinator.chongzuo@demo.example", PASSWORD),
        SignIn(sentence("Organiser, Nanning"), "organiser.nanning@demo.example", PASSWORD),
        SignIn(sentence("Organiser, Chongzuo"), "organiser.chongzuo@demo.example", PASSWORD),
        SignIn(sentence("Administrator"), "administrator@demo.example", PASSWORD),
    ]
