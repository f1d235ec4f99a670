"""Choosing a password by a link, and asking for such a link after forgetting it. Nobody is signed in by either."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts import invitations, queries
from exchange_app.accounts.forms import ForgottenForm, NewPasswordForm
from exchange_app.accounts.passwords import hash_new_password
from exchange_app.accounts.rules import PASSWORD_PURPOSES, SHORTEST_PASSWORD
from exchange_app.accounts.sessions import forget_sign_in
from exchange_app.accounts.views.blueprint import accounts, texts_about, typed_account
from exchange_app.core.clock import now
from exchange_app.core.errors import Invalid
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import limit_all, slow_down, slow_guesses
from exchange_app.web.policies import anyone, without_second_factor


@accounts.route("/forgot-password", methods=["GET", "POST"])
@limit_all("5 per hour", by=typed_account)
@limit_all("30 per hour")
@without_second_factor
@anyone
def forgot_password() -> ResponseReturnValue:
    """The same answer whether there is an account or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        with transaction():
            invitations.ask_for_link(form.email.data, now())
        return render_template("accounts/forgot_password.html", form=form, is_asked=True)
    return render_template("accounts/forgot_password.html", form=form, is_asked=False), form.status


@accounts.route("/password/<token>", methods=["GET", "POST"])
@slow_guesses("20 per 15 minutes")
@slow_down("30 per 15 minutes")
@without_second_factor
@secret_address
@anyone
def choose_password(token: str) -> ResponseReturnValue:
    """Opening the page changes nothing: mail scanners follow links."""
    link = queries.get_link(token, PASSWORD_PURPOSES, now())
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            password_hash = hash_new_password(form.new_password.data, texts_about(link.user))
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            with transaction():
                invitations.choose_password(token, password_hash=password_hash, now=now())
            forget_sign_in()
            flash(gettext("Your password is set. Please sign in with it."))
            return redirect(url_for("accounts.sign_in"), 303)
    page = render_template("accounts/choose_password.html", form=form, user=link.user, shortest=SHORTEST_PASSWORD)
    return page, form.status
