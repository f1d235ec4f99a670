"""Changing the e-mail address of one's own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts import new_address
from exchange_app.accounts.forms import AddressForm
from exchange_app.accounts.sessions import me
from exchange_app.accounts.views.blueprint import accounts, own_account
from exchange_app.accounts.views.confirming import knows_password
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import limit_all, slow_down, slow_guesses
from exchange_app.web.policies import allows


@accounts.route("/account/address", methods=["GET", "POST"])
@limit_all("20 per hour", by=own_account)
@slow_down("10 per 15 minutes", by=own_account)
@allows()
def change_address() -> ResponseReturnValue:
    form = AddressForm()
    if form.validate_on_submit() and knows_password(form):
        with transaction():
            new_address.ask_for_address(me(), form.email.data, now())
        return render_template("accounts/change_address.html", form=form, asked=form.email.data)
    return render_template("accounts/change_address.html", form=form, asked=None), form.status


@accounts.route("/account/address/<token>", methods=["GET", "POST"])
@slow_guesses("20 per 15 minutes")
@secret_address
@allows()
def prove_address(token: str) -> ResponseReturnValue:
    """Opening the page changes nothing: mail scanners follow links."""
    if request.method == "GET":
        return render_template("accounts/prove_address.html", link=new_address.get_link(token, me(), now()))
    with transaction():
        new_address.change_address(token, by=me(), now=now())
    flash(gettext("This is your e-mail address from now on; sign in with it."))
    return redirect(url_for("accounts.account"), 303)
