"""One's own account: name, phone, language, password, ways for letters, and where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts import letters, queries, service
from exchange_app.accounts.errors import UserNotFound
from exchange_app.accounts.forms import ChannelsForm, PasswordForm, PersonForm
from exchange_app.accounts.links import is_unsubscribing
from exchange_app.accounts.passwords import hash_new_password
from exchange_app.accounts.rules import SHORTEST_PASSWORD
from exchange_app.accounts.sessions import current_token, me, renew_sign_in
from exchange_app.accounts.views.blueprint import accounts, own_account, texts_about
from exchange_app.accounts.views.confirming import knows_password, recently_proven
from exchange_app.core.clock import now
from exchange_app.core.errors import Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.languages import remember_language
from exchange_app.web.limits import GUESSES, limit_all, slow_down, slow_guesses
from exchange_app.web.policies import allows, anyone, proven_by_address, without_second_factor


@accounts.route("/account", methods=["GET", "POST"])
@allows()
def account() -> ResponseReturnValue:
    form = PersonForm(obj=current_user)
    if form.validate_on_submit():
        with transaction():
            service.change_person(me(), name=form.name.data, phone=form.phone.data, language=form.language.data)
        remember_language(form.language.data)
        flash(gettext("Your account was changed."))
        return redirect(url_for("accounts.account"), 303)
    return _show_account(form, PasswordForm(formdata=None))


@accounts.post("/account/password")
@slow_down("10 per 15 minutes", by=own_account)
@allows()
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit() and knows_password(form):
        try:
            password_hash = hash_new_password(form.new_password.data, texts_about(me()))
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            with transaction():
                service.change_password(me(), password_hash=password_hash, token=current_token(), now=now())
            renew_sign_in()
            flash(gettext("Your password was changed; every other sign-in has ended."))
            return redirect(url_for("accounts.account"), 303)
    return _show_account(PersonForm(formdata=None, obj=current_user), form)


def _show_account(person: PersonForm, password: PasswordForm) -> ResponseReturnValue:
    page = render_template(
        "accounts/account.html",
        form=person,
        password_form=password,
        sign_ins=queries.list_sign_ins(current_user.id, now()),
        this_one=queries.token_hash(current_token()),
        shortest_password=SHORTEST_PASSWORD,
    )
    return page, max(person.status, password.status)


@accounts.post("/account/sign-ins/<int:sign_in_id>/end")
@allows()
@recently_proven("accounts.account")
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    with transaction():
        service.end_sign_in(queries.get_sign_in(sign_in_id, me()), now=now())
    flash(gettext("The sign-in has ended."))
    return redirect(url_for("accounts.account"), 303)


@accounts.post("/account/other-sign-ins/end")
@allows()
@recently_proven("accounts.account")
def end_other_sign_ins() -> ResponseReturnValue:
    with transaction():
        service.end_other_sign_ins(me(), token=current_token(), now=now())
    flash(gettext("Every other sign-in has ended."))
    return redirect(url_for("accounts.account"), 303)


@accounts.route("/account/channels", methods=["GET", "POST"])
@allows()
def channels() -> ResponseReturnValue:
    form = ChannelsForm(**_chosen_channels())
    if form.validate_on_submit():
        with transaction():
            service.choose_channels(me(), form.chosen(), robot=form.robot.data)
        flash(gettext("This is how letters reach you from now on."))
        return redirect(url_for("accounts.channels"), 303)
    return render_template("accounts/channels.html", form=form), form.status


def _chosen_channels() -> dict[str, Any]:
    chosen = dict(zip(("first", "second", "third"), current_user.chosen_channels, strict=False))
    return {**chosen, "robot": current_user.robot}


@accounts.post("/account/channels/test")
@limit_all("5 per hour", by=own_account)
@allows()
def test_channels() -> ResponseReturnValue:
    with transaction():
        letters.write_channel_tests(me(), now())
    flash(gettext("A test letter is on its way by each of them."))
    return redirect(url_for("accounts.channels"), 303)


@accounts.post("/account/summary/<any(on, off):wanted>")
@allows(Role.ORGANISER)
def choose_summary(wanted: str) -> ResponseReturnValue:
    with transaction():
        service.choose_summary(me(), is_wanted=wanted == "on")
    flash(gettext("You get a summary each morning.") if wanted == "on" else gettext("You get no more summaries."))
    return redirect(url_for("accounts.account"), 303)


@accounts.route("/unsubscribe/<int:user_id>/<signature>", methods=["GET", "POST"])
@slow_guesses(GUESSES)
@proven_by_address
@without_second_factor
@secret_address
@anyone
def unsubscribe(user_id: int, signature: str) -> ResponseReturnValue:
    """Opening the page changes nothing: mail scanners follow links. The form is the one that RFC 8058 sends too."""
    user = queries.get_user(user_id)
    if not is_unsubscribing(user, signature):
        raise UserNotFound()
    if request.method == "POST":
        with transaction():
            service.choose_summary(user, is_wanted=False)
    return render_template("accounts/unsubscribe.html", user=user)
