"""Signing in, with a password and what else the account asks for or with a passkey, and signing out."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.accounts import passkeys, queries, second_factors, service
from exchange_app.accounts.browsers import is_known_browser, remember_account
from exchange_app.accounts.errors import NothingProven, PasskeyRefused, SecondStepOver, WrongSignIn
from exchange_app.accounts.forms import PasskeyForm, SecondStepForm, SignInForm
from exchange_app.accounts.models import SecondStep, User
from exchange_app.accounts.rules import Method, browser_of
from exchange_app.accounts.service import Proof
from exchange_app.accounts.sessions import (
    current_token,
    forget_second_step,
    forget_sign_in,
    keep_second_step,
    keep_sign_in,
    second_step_token,
)
from exchange_app.accounts.views.blueprint import HOME_PAGES, accounts, typed_account, typed_account_from_address
from exchange_app.accounts.views.challenges import Asked, ask, asked
from exchange_app.core.clock import now
from exchange_app.core.errors import Invalid
from exchange_app.core.sealing import keys
from exchange_app.core.transaction import transaction
from exchange_app.web.addresses import safe_next
from exchange_app.web.errors import beside_field
from exchange_app.web.limits import client_address, slow_down
from exchange_app.web.policies import anyone, without_second_factor


def _onward() -> str | None:
    return safe_next(request.args.get("next"))


def _begin(proof: Proof) -> str:
    """In the transaction in which it was proven; returns the token."""
    browser = browser_of(request.user_agent.string)
    return service.sign_in(proof, is_known_browser=is_known_browser(proof.user), now=now(), browser=browser)


def _welcome(user: User, token: str) -> ResponseReturnValue:
    onward = _onward()
    keep_sign_in(token, user)
    answer = redirect(onward or url_for(HOME_PAGES[user.role]), 303)
    remember_account(answer, user)
    return answer


@accounts.route("/sign-in", methods=["GET", "POST"])
@slow_down("10 per 15 minutes", by=typed_account_from_address)
@slow_down("50 per hour", by=typed_account)
@slow_down("100 per 15 minutes")  # a school has one address for all its teachers
@without_second_factor
@anyone
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_onward() or url_for(HOME_PAGES[current_user.role]), 303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            proof = service.prove_identity(form.email.data, form.password.data)
        except WrongSignIn as refusal:
            with transaction():
                service.note_refusal(form.email.data, now())
            beside_field(form, refusal)
        else:
            return _go_on(proof)
    return _show_sign_in(form)


def _go_on(proof: Proof) -> ResponseReturnValue:
    """To the second step if the account has one."""
    needs_more = queries.has_second_factor(proof.user)
    with transaction():
        service.sign_out(current_token(), now=now())
        token = second_factors.begin_step(proof, now()) if needs_more else _begin(proof)
    if not needs_more:
        return _welcome(proof.user, token)
    keep_second_step(token, proof.user)
    return redirect(url_for("accounts.second_step", next=_onward()), 303)


def _show_sign_in(form: SignInForm, status: int | None = None) -> ResponseReturnValue:
    page = render_template("accounts/sign_in.html", form=form, onward=_onward(), has_passkeys=passkeys.are_possible())
    return page, status or form.status


# ---------------------------------------------------------------------------------------------------- by a passkey


@accounts.post("/sign-in/passkey/challenge")
@without_second_factor
@anyone
def sign_in_challenge() -> ResponseReturnValue:
    return jsonify(passkeys.ask_for_known([], ask(Asked.SIGN_IN)))


@accounts.post("/sign-in/passkey")
@slow_down("30 per 15 minutes")
@without_second_factor
@anyone
def sign_in_with_passkey() -> ResponseReturnValue:
    form = PasskeyForm()
    try:
        if not form.validate_on_submit():
            raise PasskeyRefused()
        challenge = asked(Asked.SIGN_IN)
        with transaction():
            service.sign_out(current_token(), now=now())
            user = second_factors.use_passkey(form.credential.data, challenge, now())
            token = _begin(Proof(user, None, Method.PASSKEY))
    except PasskeyRefused as refusal:
        with transaction():
            service.note_refused(None, Method.PASSKEY, now())
        again = SignInForm(formdata=None)
        beside_field(again, refusal)
        return _show_sign_in(again, 422)
    return _welcome(user, token)


# -------------------------------------------------------------------------------------------------- the second step


def _stepping_account() -> str:
    """The account that somebody is half signed in to, counted as on the page before."""
    try:
        step = queries.get_second_step(second_step_token(), now())
    except SecondStepOver:
        return client_address()
    return keys().fingerprint(step.user.email, "sign_in_attempts")


@accounts.route("/sign-in/second-step", methods=["GET", "POST"])
@slow_down("10 per 15 minutes", by=_stepping_account)
@slow_down("30 per day", by=_stepping_account)
@without_second_factor
@anyone
def second_step() -> ResponseReturnValue:
    form = SecondStepForm()
    try:
        step = queries.get_second_step(second_step_token(), now())
        if form.validate_on_submit():
            with transaction():
                second_factors.count_try(second_step_token(), now())
            return _take_second_step(step.user, form)
    except SecondStepOver as over:
        return _start_again(over)
    except Invalid as refusal:
        with transaction():
            service.note_refused(step.user, _method(form), now())
        beside_field(form, refusal)
    return _show_second_step(step, form)


def _take_second_step(user: User, form: SecondStepForm) -> ResponseReturnValue:
    """Raises Invalid."""
    challenge = asked(Asked.SECOND_STEP) if form.credential.data else b""
    with transaction():
        if form.credential.data:
            second_factors.use_passkey(form.credential.data, challenge, now(), of=user)
        elif form.code.data:
            second_factors.use_code(user, form.code.data, now())
        elif form.recovery_code.data:
            second_factors.use_recovery_code(user, form.recovery_code.data, now())
        else:
            raise NothingProven()
        second_factors.end_step(queries.get_second_step(second_step_token(), now()))
        token = _begin(Proof(user, None, _method(form)))
    return _welcome(user, token)


def _method(form: SecondStepForm) -> Method:
    if form.credential.data:
        return Method.PASSKEY
    return Method.RECOVERY_CODE if form.recovery_code.data else Method.CODE


def _start_again(over: SecondStepOver) -> ResponseReturnValue:
    forget_second_step()
    flash(over.sentence, "error")
    return redirect(url_for("accounts.sign_in", next=_onward()), 303)


def _show_second_step(step: SecondStep, form: SecondStepForm) -> ResponseReturnValue:
    authenticator = queries.find_authenticator(step.user)
    page = render_template(
        "accounts/second_step.html",
        form=form,
        onward=_onward(),
        has_passkeys=passkeys.are_possible() and bool(queries.list_passkeys(step.user)),
        has_app=authenticator is not None and authenticator.proven_at is not None,
        has_recovery_codes=queries.count_recovery_codes(step.user) > 0,
    )
    return page, form.status


@accounts.post("/sign-in/second-step/challenge")
@without_second_factor
@anyone
def second_step_challenge() -> ResponseReturnValue:
    """Raises SecondStepOver."""
    step = queries.get_second_step(second_step_token(), now())
    return jsonify(passkeys.ask_for_known(queries.list_passkeys(step.user), ask(Asked.SECOND_STEP)))


@accounts.post("/sign-out")
@without_second_factor
@anyone
def sign_out() -> ResponseReturnValue:
    with transaction():
        service.sign_out(current_token(), now=now())
    forget_sign_in()
    return redirect("/", 303)
