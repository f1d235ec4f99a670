"""What is kept about whoever has an account: to see, to take away, and to have deleted."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.queries import get_user
from exchange_app.accounts.sessions import me
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.catalogue.views.saving import is_done
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.retention.accounts import ask_for_erasure, erase_account, withdraw_request
from exchange_app.retention.handing_over import account_as_data
from exchange_app.retention.queries import find_account_deletion
from exchange_app.retention.views.blueprint import as_file, retention
from exchange_app.web.policies import allows


@retention.get("/account/data")
@allows()
def own_data() -> ResponseReturnValue:
    return render_template(
        "retention/own_data.html", kept=account_as_data(me()), request_open=find_account_deletion(me().id)
    )


@retention.post("/account/data")
@allows()
def take_own_data() -> ResponseReturnValue:
    with transaction():
        audit.record(What.DATA_HANDED_OVER, by_id=me().id, user_id=me().id, now=now())
    return as_file(account_as_data(me()), "account")


@retention.post("/account/deletion")
@allows()
def ask_for_own_erasure() -> ResponseReturnValue:
    with transaction():
        ask_for_erasure(me(), now=now())
    flash(gettext("Your request is kept. An administrator closes and erases the account."))
    return redirect(url_for("retention.own_data"), 303)


@retention.post("/account/deletion/withdraw")
@allows()
def keep_own_account() -> ResponseReturnValue:
    with transaction():
        withdraw_request(me())
    flash(gettext("Your account stays."))
    return redirect(url_for("retention.own_data"), 303)


@retention.post("/administrator/users/<int:user_id>/erase")
@allows(Role.ADMINISTRATOR)
def erase(user_id: int) -> ResponseReturnValue:
    is_done(
        lambda: erase_account(get_user(user_id), by=me(), now=now()),
        done=gettext("The account is erased: nothing about the person is left in it."),
    )
    return redirect(url_for("accounts.users"), 303)
