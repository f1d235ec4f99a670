"""Signing in and out, one's own account, and the accounts that an administrator keeps."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts import letters, queries, service
from exchange_app.accounts.browsers import is_known_browser, remember_account
from exchange_app.accounts.errors import BureauNoOffice, EmailTaken, HeadOfNoSchool, UserNotFound, WrongSignIn
from exchange_app.accounts.forms import ChannelsForm, NewUserForm, PasswordForm, PersonForm, SignInForm
from exchange_app.accounts.links import is_unsubscribing
from exchange_app.accounts.passwords import hash_password
from exchange_app.accounts.rules import SHORTEST_PASSWORD, check_password_strength, new_first_password
from exchange_app.accounts.service import Profile
from exchange_app.accounts.sessions import current_token, forget_sign_in, keep_sign_in, me
from exchange_app.core.clock import now
from exchange_app.core.errors import Invalid
from exchange_app.core.roles import Role
from exchange_app.core.sealing import keys
from exchange_app.core.transaction import transaction
from exchange_app.web.addresses import safe_next
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.languages import remember_language
from exchange_app.web.limits import client_address, slow_down
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows, anyone, proven_by_address

accounts = Blueprint("accounts", __name__)

# Where each role's work is.
HOME_PAGES = {
    Role.LEADER: "bookings.index",
    Role.HEAD: "bookings.decisions",
    Role.BUREAU: "bookings.decisions",
    Role.ORGANISER: "planning.board",
    Role.ADMINISTRATOR: "accounts.users",
}


def _account() -> str:
    """The account that somebody tries; counted under a keyed hash, so that the broker knows no address."""
    return keys().fingerprint(request.form.get("email", "").strip().lower(), "sign_in_attempts")


def _account_from_address() -> str:
    return f"{_account()} {client_address()}"


@accounts.route("/sign-in", methods=["GET", "POST"])
@slow_down("10 per 15 minutes", by=_account_from_address)
@slow_down("50 per hour", by=_account)
@slow_down("100 per 15 minutes")  # a school has one address for all its teachers
@anyone
def sign_in() -> ResponseReturnValue:
    onward = safe_next(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(onward or url_for(HOME_PAGES[current_user.role]), 303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            proof = service.prove_identity(form.email.data, form.password.data)
        except WrongSignIn as refusal:
            beside_field(form, refusal)
        else:
            with transaction():
                service.sign_out(current_token())
                token = service.sign_in(proof, is_known_browser=is_known_browser(proof.user), now=now())
            keep_sign_in(token, proof.user)
            answer = redirect(onward or url_for(HOME_PAGES[proof.user.role]), 303)
            remember_account(answer, proof.user)
            return answer
    return render_template("accounts/sign_in.html", form=form, onward=onward), form.status


@accounts.post("/sign-out")
@anyone
def sign_out() -> ResponseReturnValue:
    with transaction():
        service.sign_out(current_token())
    forget_sign_in()
    return redirect("/", 303)


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
@slow_down("10 per 15 minutes", by=lambda: str(current_user.get_id()))
@allows()
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            service.prove_password(me(), form.present_password.data)
            check_password_strength(form.new_password.data, current_user.email)
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            password_hash = hash_password(form.new_password.data)
            with transaction():
                service.change_password(me(), password_hash=password_hash, token=current_token(), now=now())
            flash(gettext("Your password was changed; every other sign-in has ended."))
            return redirect(url_for("accounts.account"), 303)
    return _show_account(PersonForm(formdata=None, obj=current_user), form)


def _show_account(person: PersonForm, password: PasswordForm) -> ResponseReturnValue:
    page = render_template(
        "accounts/account.html",
        form=person,
        password_form=password,
        sign_ins=queries.list_sign_ins(current_user.id, now()),
        this_one=service.token_hash(current_token()),
        shortest_password=SHORTEST_PASSWORD,
    )
    return page, max(person.status, password.status)


@accounts.post("/account/sign-ins/<int:sign_in_id>/end")
@allows()
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    with transaction():
        service.end_sign_in(queries.get_sign_in(sign_in_id, me()))
    flash(gettext("The sign-in has ended."))
    return redirect(url_for("accounts.account"), 303)


@accounts.post("/account/other-sign-ins/end")
@allows()
def end_other_sign_ins() -> ResponseReturnValue:
    with transaction():
        service.end_other_sign_ins(me(), token=current_token())
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
@proven_by_address
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


@accounts.get("/administrator/users")
@allows(Role.ADMINISTRATOR)
def users() -> ResponseReturnValue:
    words = request.args.get("words", "").strip()
    return render_template("accounts/users.html", page=page_of(queries.select_users(words)), words=words)


@accounts.route("/administrator/users/add", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def add_user() -> ResponseReturnValue:
    form = NewUserForm()
    form.organisation_id.choices = _organisations_by_city()
    if form.validate_on_submit():
        first_password = new_first_password()
        password_hash = hash_password(first_password)
        try:
            with transaction():
                organisation = queries.get_organisation(form.organisation_id.data)
                user = service.add_user(organisation, _profile(form), password_hash=password_hash, now=now())
        except (EmailTaken, HeadOfNoSchool, BureauNoOffice) as refusal:
            beside_field(form, refusal)
        else:
            return render_template("accounts/add_user.html", form=form, user=user, first_password=first_password)
    return render_template("accounts/add_user.html", form=form, user=None), form.status


def _organisations_by_city() -> dict[str, list[tuple[int, str]]]:
    """In groups, as a select field wants them."""
    by_city = groupby(queries.list_organisations(), key=lambda organisation: organisation.city)
    return {str(city.name): [(one.id, str(one.name)) for one in organisations] for city, organisations in by_city}


def _profile(form: NewUserForm) -> Profile:
    return Profile(
        email=form.email.data,
        name=form.name.data,
        role=form.role.data,
        phone=form.phone.data,
        language=form.language.data,
    )


@accounts.post("/administrator/users/<int:user_id>/close")
@allows(Role.ADMINISTRATOR)
def close_user(user_id: int) -> ResponseReturnValue:
    with transaction():
        service.close_user(queries.get_user(user_id), by=me(), now=now())
    flash(gettext("The account was closed."))
    return redirect(url_for("accounts.users"), 303)


@accounts.post("/administrator/users/<int:user_id>/reopen")
@allows(Role.ADMINISTRATOR)
def reopen_user(user_id: int) -> ResponseReturnValue:
    with transaction():
        service.reopen_user(queries.get_user(user_id), now=now())
    flash(gettext("The account was opened again."))
    return redirect(url_for("accounts.users"), 303)


@accounts.post("/administrator/users/<int:user_id>/reset-password")
@allows(Role.ADMINISTRATOR)
def reset_password(user_id: int) -> ResponseReturnValue:
    first_password = new_first_password()
    password_hash = hash_password(first_password)
    with transaction():
        user = queries.get_user(user_id)
        service.reset_password(user, password_hash=password_hash, by=me(), now=now())
    return render_template("accounts/reset_password.html", user=user, first_password=first_password)
