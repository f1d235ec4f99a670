"""Reports of the media as co-ordinators collect them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.coordination.queries.people import city_of
from exchange_app.partners.models import Agreement
from exchange_app.partners.queries import list_agreements
from exchange_app.partners.rules import AgreementState
from exchange_app.publicity.forms import MentionForm
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.service import campaigns as service
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@publicity.route("/publicity/media", methods=["GET", "POST"])
@allows(*CHECKERS)
def mentions() -> ResponseReturnValue:
    form = MentionForm()
    form.offer(_agreements())
    if is_saved(form, lambda: service.add_mention(form.terms(), by=me())):
        flash(gettext("The report is added."), "success")
        return redirect(url_for("publicity.mentions"), 303)
    city = me().organisation.city
    page = render_template("publicity/mentions.html", form=form, page=page_of(queries.select_mentions(city.slug)))
    return page, status_of_form(form)


def _agreements() -> Sequence[Agreement]:
    """Those that were signed: everybody reads the name beside the report."""
    return [one for one in list_agreements(city_of(me())) if one.state is not AgreementState.DRAFT]


@publicity.route("/publicity/media/<int:mention_id>", methods=["GET", "POST"])
@allows(*CHECKERS)
def mention(mention_id: int) -> ResponseReturnValue:
    found = queries.get_mention(mention_id, me())
    form = MentionForm(obj=found)
    form.offer(_agreements())
    if is_saved(form, lambda: service.change_mention(found, form.terms())):
        flash(gettext("Saved."), "success")
        return redirect(url_for("publicity.mentions"), 303)
    return render_template("publicity/mention.html", form=form, mention=found), status_of_form(form)


@publicity.post("/publicity/media/<int:mention_id>/remove")
@allows(*CHECKERS)
def remove_mention(mention_id: int) -> ResponseReturnValue:
    found = queries.get_mention(mention_id, me())
    is_done(lambda: service.remove_mention(found), done=gettext("The report is removed."))
    return redirect(url_for("publicity.mentions"), 303)
