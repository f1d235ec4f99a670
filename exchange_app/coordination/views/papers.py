"""The papers of an agreement: added, shown to everybody or to the parties alone, removed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.forms import PaperForm
from exchange_app.coordination.views.agreements import KEEPERS, PAGE
from exchange_app.coordination.views.blueprint import coordination, lock_own_agreement, own_agreement
from exchange_app.core.clock import now
from exchange_app.partners import agreements as service
from exchange_app.partners.errors import PaperMissing
from exchange_app.partners.paper_files import ACCEPTED, MOST_BYTES, read_paper
from exchange_app.web.files import takes_file
from exchange_app.web.policies import allows


@coordination.route("/coordinator/agreements/<int:agreement_id>/papers/new", methods=["GET", "POST"])
@takes_file(MOST_BYTES)
@allows(*KEEPERS)
def add_paper(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    form = PaperForm()

    def command() -> None:
        if form.upload is None:
            raise PaperMissing()
        file = read_paper(*form.upload)
        service.add_paper(lock_own_agreement(agreement_id), file, form.terms(), by_id=me().id, now=now())

    if is_saved(form, command):
        flash(gettext("The paper is among those of the agreement."), "success")
        return redirect(url_for(PAGE, agreement_id=agreement_id, _anchor="papers"), 303)
    most = MOST_BYTES // 1024 // 1024
    page = "coordination/add_paper.html"
    return render_template(page, form=form, agreement=agreement, accepted=ACCEPTED, megabytes=most), form.status


@coordination.post("/coordinator/agreements/<int:agreement_id>/papers/<int:paper_id>/show")
@allows(*KEEPERS)
def show_paper(agreement_id: int, paper_id: int) -> ResponseReturnValue:
    return _to_readers(agreement_id, paper_id, is_public=True)


@coordination.post("/coordinator/agreements/<int:agreement_id>/papers/<int:paper_id>/keep")
@allows(*KEEPERS)
def keep_paper(agreement_id: int, paper_id: int) -> ResponseReturnValue:
    return _to_readers(agreement_id, paper_id, is_public=False)


def _to_readers(agreement_id: int, paper_id: int, *, is_public: bool) -> ResponseReturnValue:
    service.find_paper(own_agreement(agreement_id), paper_id)

    def command() -> None:
        service.show_paper(lock_own_agreement(agreement_id), paper_id, is_public, by_id=me().id, now=now())

    done = gettext("Everybody may read the paper now.") if is_public else gettext("Only the parties read it now.")
    is_done(command, done=done)
    return redirect(url_for(PAGE, agreement_id=agreement_id, _anchor="papers"), 303)


@coordination.post("/coordinator/agreements/<int:agreement_id>/papers/<int:paper_id>/remove")
@allows(*KEEPERS)
def remove_paper(agreement_id: int, paper_id: int) -> ResponseReturnValue:
    service.find_paper(own_agreement(agreement_id), paper_id)

    def command() -> None:
        service.remove_paper(lock_own_agreement(agreement_id), paper_id, by_id=me().id, now=now())

    is_done(command, done=gettext("The paper is removed."))
    return redirect(url_for(PAGE, agreement_id=agreement_id, _anchor="papers"), 303)
