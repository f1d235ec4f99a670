"""What the demo adds to the pages: its sign-ins and its sample rosters, in demo mode only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, send_from_directory
from flask.typing import ResponseReturnValue

from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.errors import SampleNotFound
from exchange_app.demo.samples import ROSTERS, sample_names
from exchange_app.web.policies import demo_only

demo = Blueprint("demo", __name__)


@demo.app_context_processor
def offer_demo() -> dict[str, Any]:
    """For the sign-in page and the roster form, which may not know of the demo."""
    is_demo = current_app.config["DEMO"]
    return {"demo_sign_ins": sign_ins() if is_demo else [], "demo_rosters": sample_names() if is_demo else ()}


@demo.get("/demo/rosters/<name>")
@demo_only
def roster(name: str) -> ResponseReturnValue:
    if name not in sample_names():
        raise SampleNotFound()
    return send_from_directory(ROSTERS, name, as_attachment=True)
