"""What went and what will go, and the yearly audit."""

from __future__ import annotations

from flask import render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.retention import queries
from exchange_app.retention.forms import YearForm
from exchange_app.retention.preview import list_going, total_of
from exchange_app.retention.rules import LOOK_AHEAD, Kept
from exchange_app.retention.views.blueprint import retention
from exchange_app.retention.yearly import ZONE, write_audit
from exchange_app.rosters.views.downloads import XLSX
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

MOST_SHOWN = 200  # groups in the list of what will go; the totals count all


@retention.get("/administrator/retention")
@allows(Role.ADMINISTRATOR)
def report() -> ResponseReturnValue:
    moment = now()
    going = list_going(moment + LOOK_AHEAD)
    page = page_of(queries.select_days())
    return render_template(
        "retention/report.html",
        page=page,
        reports=queries.map_reports(list(page)),
        kinds=list(Kept),
        going=going[:MOST_SHOWN],
        left_out=max(0, len(going) - MOST_SHOWN),
        totals=total_of(going),
        today=moment.astimezone(ZONE).date(),
        last_run=queries.find_last_run(),
        is_overdue=queries.is_overdue(moment),
        accounts=queries.list_account_deletions(),
        look_ahead=LOOK_AHEAD.days,
    )


@retention.route("/administrator/audit/export", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def yearly_audit() -> ResponseReturnValue:
    """The file is made while the page waits; that it was made is written down before it leaves."""
    form = YearForm(year=now().astimezone(ZONE).year - 1)
    if not form.validate_on_submit():
        return render_template("retention/yearly_audit.html", form=form), form.status
    year, reader = form.year.data or 0, me().id
    file = write_audit(year)
    with transaction():
        audit.record(What.AUDIT_EXPORTED, by_id=reader, now=now(), facts={"year": year})
    name = gettext("Audit of personal data, %(year)s", year=year)
    return send_file(file, XLSX, as_attachment=True, download_name=f"{name}.xlsx")
