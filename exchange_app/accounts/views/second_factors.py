"""What proves who one is beside the password: passkeys, an app that shows codes, and recovery codes."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts import passkeys, queries
from exchange_app.accounts import second_factors as service
from exchange_app.accounts.errors import PasskeyKnown, PasskeyRefused, WrongCode
from exchange_app.accounts.forms import FirstCodeForm, NewPasskeyForm
from exchange_app.accounts.rules import browser_of
from exchange_app.accounts.sessions import me
from exchange_app.accounts.views.blueprint import HOME_PAGES, accounts, own_account
from exchange_app.accounts.views.challenges import Asked, ask, asked
from exchange_app.accounts.views.confirming import recently_proven
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.transaction import transaction
from exchange_app.web.codes import qr_code
from exchange_app.web.errors import beside_field
from exchange_app.web.formats import site_name
from exchange_app.web.limits import slow_down
from exchange_app.web.policies import allows, without_second_factor

PAGE = "accounts.second_factors"


def _back() -> ResponseReturnValue:
    return redirect(url_for(PAGE), 303)


@accounts.get("/account/second-factors")
@without_second_factor
@allows()
def second_factors() -> ResponseReturnValue:
    authenticator = queries.find_authenticator(me())
    return render_template(
        "accounts/second_factors.html",
        passkeys=queries.list_passkeys(me()),
        can_have_passkeys=passkeys.are_possible(),
        has_app=authenticator is not None and authenticator.proven_at is not None,
        recovery_codes=queries.count_recovery_codes(me()),
        is_needed=service.is_needed(me()),
        has_other_sign_ins=len(queries.list_sign_ins(current_user.id, now())) > 1,
        home=url_for(HOME_PAGES[current_user.role]),
    )


# ------------------------------------------------------------------------------------------------- one-time codes


@accounts.post("/account/second-factors/app/begin")
@without_second_factor
@allows()
@recently_proven(PAGE)
def begin_app() -> ResponseReturnValue:
    with transaction():
        service.begin_authenticator(me())
    return redirect(url_for("accounts.add_app"), 303)


@accounts.route("/account/second-factors/app", methods=["GET", "POST"])
@slow_down("20 per 15 minutes", by=own_account)
@without_second_factor
@allows()
@recently_proven(PAGE)
def add_app() -> ResponseReturnValue:
    authenticator = queries.find_authenticator(me())
    if authenticator is None or authenticator.proven_at is not None:
        return _back()
    form = FirstCodeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.prove_authenticator(me(), form.code.data, now())
        except WrongCode as refusal:
            beside_field(form, refusal)
        else:
            flash(gettext("From now on the app's codes prove that it is you."))
            return _back()
    address = service.address_of(authenticator, me(), site_name())
    page = render_template(
        "accounts/add_app.html", form=form, code=qr_code(address), address=address, secret=authenticator.secret
    )
    return page, form.status


@accounts.post("/account/second-factors/app/remove")
@allows()
@recently_proven(PAGE)
def remove_app() -> ResponseReturnValue:
    return _removed(lambda: service.remove_authenticator(me(), now()))


# ------------------------------------------------------------------------------------------------------- passkeys


@accounts.route("/account/second-factors/passkey", methods=["GET", "POST"])
@slow_down("20 per 15 minutes", by=own_account)
@without_second_factor
@allows()
@recently_proven(PAGE)
def add_passkey() -> ResponseReturnValue:
    if not passkeys.are_possible():
        return _back()
    form = NewPasskeyForm(data={"name": browser_of(request.user_agent.string)})
    if form.validate_on_submit():
        try:
            challenge = asked(Asked.ADD)
            with transaction():
                service.add_passkey(me(), form.name.data, form.credential.data, challenge, now())
        except (PasskeyRefused, PasskeyKnown) as refusal:
            beside_field(form, refusal)
        else:
            flash(gettext("From now on you can sign in with this passkey."))
            return _back()
    return render_template("accounts/add_passkey.html", form=form), form.status


@accounts.post("/account/second-factors/passkey/challenge")
@without_second_factor
@allows()
@recently_proven(PAGE)
def add_passkey_challenge() -> ResponseReturnValue:
    options = passkeys.ask_for_new(me(), queries.list_passkeys(me()), ask(Asked.ADD), site_name())
    return jsonify(options)


@accounts.post("/account/second-factors/passkey/<int:passkey_id>/remove")
@allows()
@recently_proven(PAGE)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    passkey = queries.get_passkey(passkey_id, me())
    return _removed(lambda: service.remove_passkey(passkey, now()))


# ------------------------------------------------------------------------------------------------- recovery codes


@accounts.post("/account/second-factors/recovery-codes")
@allows()
@recently_proven(PAGE)
def make_recovery_codes() -> ResponseReturnValue:
    """They are on this page and nowhere else."""
    if not current_user.has_second_factor:
        return _back()
    with transaction():
        codes = service.make_recovery_codes(me(), now())
    return render_template("accounts/make_recovery_codes.html", codes=codes)


def _removed(command: Callable[[], None]) -> ResponseReturnValue:
    try:
        with transaction():
            command()
    except Conflict as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(gettext("The second factor was removed."))
    return _back()
