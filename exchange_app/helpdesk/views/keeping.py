"""What offices write for visitors: guides and their lines of the directory; and who answers which topic."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import keeping, queries, reading
from exchange_app.helpdesk.forms import GuideForm, OfficeForm, TopicForm
from exchange_app.helpdesk.keeping import GuideTerms
from exchange_app.helpdesk.rules import DEFAULTS, Topic
from exchange_app.helpdesk.views.blueprint import helpdesk, today
from exchange_app.partners.queries import list_departments
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@helpdesk.get("/office/help/guides")
@allows(Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
def own_guides() -> ResponseReturnValue:
    page = page_of(reading.select_own_guides(me()))
    return render_template("helpdesk/own_guides.html", page=page, today=today())


@helpdesk.route("/office/help/guides/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
def new_guide() -> ResponseReturnValue:
    form = GuideForm(reading.list_own_offices(me()), data={"office_id": me().organisation_id})
    if is_saved(form, lambda: keeping.add_guide(_terms(form), now=now())):
        return _kept()
    return render_template("helpdesk/edit_guide.html", form=form, guide=None), status_of_form(form)


@helpdesk.route("/office/help/guides/<int:guide_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
def edit_guide(guide_id: int) -> ResponseReturnValue:
    guide = reading.get_own_guide(guide_id, me())
    known = {"links": "\n".join(guide.links)}
    form = GuideForm(reading.list_own_offices(me()), obj=guide, data=known, seen=keeping.seen_of(guide))
    if is_saved(form, lambda: keeping.change_guide(guide, _terms(form), seen=form.seen.data, now=now())):
        return _kept()
    return render_template("helpdesk/edit_guide.html", form=form, guide=guide), status_of_form(form)


def _terms(form: GuideForm) -> GuideTerms:
    return GuideTerms(
        topic=form.topic.data,
        office=reading.get_own_office(form.office_id.data, me()),
        title=form.title.data,
        body=form.body.data,
        links=form.addresses,
        publication=form.publication.data,
        valid_until=form.valid_until.data,
    )


def _kept() -> ResponseReturnValue:
    flash(gettext("The guide is saved."), "success")
    return redirect(url_for("helpdesk.own_guides"), 303)


@helpdesk.get("/office/help/offices")
@allows(Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
def own_offices() -> ResponseReturnValue:
    offices = reading.list_own_offices(me())
    return render_template("helpdesk/own_offices.html", offices=offices, entries=reading.map_entries(offices))


@helpdesk.route("/office/help/offices/<int:organisation_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
def edit_office(organisation_id: int) -> ResponseReturnValue:
    office = reading.get_own_office(organisation_id, me())
    form = OfficeForm(obj=reading.map_entries([office]).get(office.id))
    if is_saved(form, lambda: keeping.describe_office(office, form.address.data, form.hours.data)):
        flash(gettext("The directory is up to date."), "success")
        return redirect(url_for("helpdesk.own_offices"), 303)
    return render_template("helpdesk/edit_office.html", form=form, office=office), status_of_form(form)


@helpdesk.route("/administrator/help", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def topics() -> ResponseReturnValue:
    forms = _topic_forms()
    are_right = [form.validate_on_submit() for form in forms.values()]  # each says what is wrong with it
    if all(are_right):
        with transaction():
            keeping.set_answering({topic: form.answering for topic, form in forms.items()})
        flash(gettext("Requests from now on go to these departments."), "success")
        return redirect(url_for("helpdesk.topics"), 303)
    return render_template("helpdesk/topics.html", forms=forms), status_of_form(next(iter(forms.values())))


def _topic_forms() -> dict[Topic, TopicForm]:
    answering, departments = queries.map_answering(), list_departments()
    forms = {}
    for topic in Topic:
        known = answering.get(topic)
        days = known.answer_days if known else DEFAULTS[topic].answer_days
        data = {"department_id": known.department.id if known else None, "answer_days": days}
        forms[topic] = TopicForm(departments, prefix=topic.value, data=data)
    return forms
