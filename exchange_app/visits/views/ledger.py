"""The reciprocity ledger: what went each way, what is owed, as a page and as a file; and what everybody may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved
from exchange_app.coordination.queries.people import city_of
from exchange_app.core.clock import now
from exchange_app.partners import queries as partners
from exchange_app.partners.agreements import today_of
from exchange_app.partners.models import Agreement, Plan
from exchange_app.partners.rules import AgreementState
from exchange_app.visits.forms import LedgerForm, MonthsForm
from exchange_app.visits.queries import ledger as queries
from exchange_app.visits.queries.returns import MOST_OWED, list_owed
from exchange_app.visits.rules import LEAST_SHOWN, Period, tally
from exchange_app.visits.service import returns as service
from exchange_app.visits.table import Balance, as_csv, as_workbook, balances
from exchange_app.visits.views.blueprint import KEEPERS, lock_own_agreement, own_agreement, visits
from exchange_app.web.policies import allows, anyone

FILES = {
    "xlsx": (as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A ledger as it was asked for."""

    agreement: Agreement | None
    form: LedgerForm
    period: Period
    balances: list[Balance]
    today: date


@visits.get("/coordinator/ledger")
@allows(*KEEPERS)
def ledger() -> ResponseReturnValue:
    return _page(_asked(), None), 200


def _page(shown: Shown, refused: MonthsForm | None) -> str:
    agreement = shown.agreement
    months = queries.months_to_return(agreement.id) if agreement else None
    return render_template(
        "visits/ledger.html",
        shown=shown,
        owed=list_owed(agreement.id, shown.today) if agreement else [],
        most=MOST_OWED,
        months=refused or MonthsForm(None, data={"months": months}),
        own_id=city_of(me()),
        is_in_force=agreement is not None and agreement.state is AgreementState.IN_FORCE,
    )


def _asked() -> Shown:
    """Of the agreement that was named, else the latest one; without any the page says so."""
    form, known = _form()
    agreement = next((one for one in known if one.id == form.agreement.data), known[0] if known else None)
    if agreement is None:
        today = now().date()
        return Shown(None, form, Period.of_year(today.year), [], today)
    return _shown(agreement, form, now())


def _form() -> tuple[LedgerForm, list[Agreement]]:
    form = LedgerForm()
    known = [one for one in partners.list_agreements(city_of(me())) if one.state is not AgreementState.DRAFT]
    form.agreement.offer((one.id, one.name) for one in known)
    return form, known


def _shown(agreement: Agreement, form: LedgerForm, moment: datetime) -> Shown:
    today = today_of(agreement, moment)
    years = sorted({today.year, *queries.list_years(agreement.id)}, reverse=True)
    form.year.offer((year, year) for year in years)
    period = form.period(today)
    form.agreement.data = agreement.id
    return Shown(agreement, form, period, _balances(agreement, period), today)


def _balances(agreement: Agreement, period: Period) -> list[Balance]:
    """Of the cities that are party now and of those that were, by the plans that it carries and those that it carried:
    what was done stays."""
    found = tally(queries.list_stays(agreement.id, period))
    cities = list({party.city_id: party.city for party in agreement.all_parties}.values())
    return balances(found, cities, list(Plan))


@visits.get("/coordinator/ledger.<any(xlsx, csv):ending>")
@allows(*KEEPERS)
def ledger_file(ending: str) -> ResponseReturnValue:
    shown = _asked()
    write, content_type = FILES[ending]
    answer = make_response(write(shown.balances, shown.period, str(shown.agreement.name) if shown.agreement else ""))
    answer.mimetype = content_type
    name = f"ledger-{shown.period.first}-{shown.period.last}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@visits.post("/coordinator/agreements/<int:agreement_id>/months-to-return")
@allows(*KEEPERS)
def set_months(agreement_id: int) -> ResponseReturnValue:
    own_agreement(agreement_id)
    form = MonthsForm()
    if is_saved(form, lambda: service.set_months(lock_own_agreement(agreement_id), form.months.data or 0)):
        flash(gettext("Saved."), "success")
        return redirect(url_for("visits.ledger", agreement=agreement_id), 303)
    return _page(_shown(own_agreement(agreement_id), _form()[0], now()), form), 422


@visits.get("/agreements/<int:agreement_id>/visits")
@anyone
def summary(agreement_id: int) -> ResponseReturnValue:
    """Counts of a year, without totals from which a small one that is not shown could be reckoned."""
    agreement = partners.get_public_agreement(agreement_id)
    this_year = today_of(agreement, now()).year
    years = sorted({this_year, *queries.list_years(agreement.id)}, reverse=True)
    asked = request.args.get("year", type=int)
    year = asked if asked in years else this_year
    return render_template(
        "visits/summary.html",
        agreement=agreement,
        year=year,
        years=years,
        balances=_balances(agreement, Period.of_year(year)),
        least=LEAST_SHOWN,
    )
