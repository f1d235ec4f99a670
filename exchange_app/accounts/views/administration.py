"""The accounts that an administrator keeps."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts import invitations, queries, second_factors, service
from exchange_app.accounts.errors import BureauNoOffice, CoordinatorNoOffice, EmailTaken, HeadOfNoSchool, OwnAccount
from exchange_app.accounts.forms import NewUserForm, WorkForm
from exchange_app.accounts.links import url_of
from exchange_app.accounts.models import AccountLink, User
from exchange_app.accounts.rules import Purpose
from exchange_app.accounts.service import Profile
from exchange_app.accounts.sessions import me
from exchange_app.accounts.views.blueprint import accounts
from exchange_app.accounts.views.confirming import recently_proven
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.notices import say_done
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


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
        try:
            with transaction():
                organisation = queries.get_organisation(form.organisation_id.data)
                user = service.add_user(organisation, _profile(form), by=me(), now=now())
                link = invitations.invite(user, by=me(), now=now())
        except (EmailTaken, HeadOfNoSchool, BureauNoOffice, CoordinatorNoOffice) as refusal:
            beside_field(form, refusal)
        else:
            return _show_link(link)
    return render_template("accounts/add_user.html", form=form), form.status


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


def _show_link(link: AccountLink) -> ResponseReturnValue:
    """It is on this page and in the letter, and nowhere else."""
    is_invitation = link.purpose is Purpose.INVITATION
    return render_template("accounts/send_link.html", link=link, address=url_of(link), is_invitation=is_invitation)


@accounts.route("/administrator/users/<int:user_id>", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def user(user_id: int) -> ResponseReturnValue:
    kept = queries.get_user(user_id)
    form = WorkForm(obj=kept)
    form.organisation_id.choices = _organisations_by_city()
    if form.validate_on_submit():
        try:
            with transaction():
                organisation = queries.get_organisation(form.organisation_id.data)
                service.change_work(kept, organisation, form.role.data, by=me(), now=now())
        except (OwnAccount, HeadOfNoSchool, BureauNoOffice, CoordinatorNoOffice) as refusal:
            beside_field(form, refusal)
        else:
            flash(gettext("The account was changed."))
            return _back(user_id)
    page = render_template(
        "accounts/user.html",
        form=form,
        user=kept,
        has_second_factor=queries.has_second_factor(kept),
        sign_ins=queries.list_sign_ins(user_id, now()),
    )
    return page, form.status


def _back(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("accounts.user", user_id=user_id), 303)


@accounts.post("/administrator/users/<int:user_id>/link")
@allows(Role.ADMINISTRATOR)
@recently_proven("accounts.users")
def send_link(user_id: int) -> ResponseReturnValue:
    with transaction():
        link = invitations.send_link(queries.get_user(user_id), by=me(), now=now())
    return _show_link(link)


@accounts.post("/administrator/users/<int:user_id>/remove-second-factors")
@allows(Role.ADMINISTRATOR)
@recently_proven("accounts.users")
def remove_second_factors(user_id: int) -> ResponseReturnValue:
    done = gettext("The second factors were removed, and every sign-in has ended.")
    return _carry_out(user_id, lambda owner: second_factors.remove_all(owner, by=me(), now=now()), done)


@accounts.post("/administrator/users/<int:user_id>/end-sign-ins")
@allows(Role.ADMINISTRATOR)
def end_sign_ins(user_id: int) -> ResponseReturnValue:
    done = gettext("Every sign-in has ended.")
    return _carry_out(user_id, lambda owner: service.end_sign_ins(owner, by=me(), now=now()), done)


@accounts.post("/administrator/users/<int:user_id>/close")
@allows(Role.ADMINISTRATOR)
def close_user(user_id: int) -> ResponseReturnValue:
    done, undo = gettext("The account was closed."), url_for("accounts.reopen_user", user_id=user_id)
    return _carry_out(user_id, lambda owner: service.close_user(owner, by=me(), now=now()), done, undo=undo)


@accounts.post("/administrator/users/<int:user_id>/reopen")
@allows(Role.ADMINISTRATOR)
def reopen_user(user_id: int) -> ResponseReturnValue:
    done = gettext("The account was opened again.")
    return _carry_out(user_id, lambda owner: service.reopen_user(owner, by=me(), now=now()), done)


def _carry_out(
    user_id: int, command: Callable[[User], None], done: str, *, undo: str | None = None
) -> ResponseReturnValue:
    with transaction():
        command(queries.get_user(user_id))
    say_done(done, undo=undo)
    return _back(user_id)
