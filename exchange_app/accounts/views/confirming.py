"""Proving again who one is, before something is changed that proves it. What was proven stands for ten minutes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts import passkeys, queries, second_factors, service
from exchange_app.accounts.errors import PasskeyRefused, WrongPassword
from exchange_app.accounts.forms import ConfirmForm, PasskeyForm
from exchange_app.accounts.rules import PROOF_LENGTH, Method
from exchange_app.accounts.sessions import me, renew_sign_in
from exchange_app.accounts.views.blueprint import accounts, own_account
from exchange_app.accounts.views.challenges import Asked, ask, asked
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.web.addresses import here, safe_next
from exchange_app.web.errors import beside_field
from exchange_app.web.limits import slow_down
from exchange_app.web.policies import allows, without_second_factor

View = TypeVar("View", bound=Callable[..., Any])


def recently_proven(page: str) -> Callable[[View], View]:
    """Stands under the route's policy. Whoever proved too long ago who they are does so first and comes back, from a
    button to ``page``."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*values: Any, **named: Any) -> Any:
            if now() - me().proven_at <= PROOF_LENGTH:
                return view(*values, **named)
            onward = here() if request.method == "GET" else url_for(page)
            return redirect(url_for("accounts.confirm", next=onward), 303)

        return guarded  # type: ignore[return-value]

    return guard


@accounts.route("/account/confirm", methods=["GET", "POST"])
@slow_down("10 per 15 minutes", by=own_account)
@without_second_factor
@allows()
def confirm() -> ResponseReturnValue:
    form = ConfirmForm()
    if form.validate_on_submit() and knows_password(form):
        return _go_on()
    return _show(form, form.status)


def knows_password(form: Any) -> bool:
    """Whether ``present_password`` is that of whoever is signed in; if not, it is written down and said beside it."""
    try:
        service.prove_password(me(), form.present_password.data)
    except WrongPassword as refusal:
        _note_refused(Method.PASSWORD)
        beside_field(form, refusal)
        return False
    return True


@accounts.post("/account/confirm/passkey/challenge")
@without_second_factor
@allows()
def confirm_challenge() -> ResponseReturnValue:
    return jsonify(passkeys.ask_for_known(queries.list_passkeys(me()), ask(Asked.CONFIRM)))


@accounts.post("/account/confirm/passkey")
@slow_down("10 per 15 minutes", by=own_account)
@without_second_factor
@allows()
def confirm_with_passkey() -> ResponseReturnValue:
    form, again = PasskeyForm(), ConfirmForm(formdata=None)
    try:
        if not form.validate_on_submit():
            raise PasskeyRefused()
        challenge = asked(Asked.CONFIRM)
        with transaction():
            second_factors.use_passkey(form.credential.data, challenge, now(), of=me())
    except PasskeyRefused as refusal:
        _note_refused(Method.PASSKEY)
        beside_field(again, refusal)
        return _show(again, 422)
    return _go_on()


def _onward() -> str | None:
    return safe_next(request.args.get("next"))


def _go_on() -> ResponseReturnValue:
    renew_sign_in()
    return redirect(_onward() or url_for("accounts.account"), 303)


def _note_refused(method: Method) -> None:
    with transaction():
        service.note_refused(me(), method, now())


def _show(form: ConfirmForm, status: int) -> ResponseReturnValue:
    has_passkeys = passkeys.are_possible() and bool(queries.list_passkeys(me()))
    return render_template("accounts/confirm.html", form=form, onward=_onward(), has_passkeys=has_passkeys), status
