"""The log, for whoever answers for the installation."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange_app.audit.forms import LogForm
from exchange_app.audit.queries import check_log, select_entries
from exchange_app.audit.rules import What
from exchange_app.core.roles import Role
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

audit = Blueprint("audit", __name__)


@audit.get("/administrator/audit")
@allows(Role.ADMINISTRATOR)
def log() -> ResponseReturnValue:
    form = LogForm()
    check = check_log() if form.check.data else None
    page = page_of(select_entries(form.what.data))
    return render_template("audit/log.html", form=form, check=check, page=page, what=What)
