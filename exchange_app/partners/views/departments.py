"""An administrator keeps the list of departments, by which offices of different cities find each other."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners import queries, service
from exchange_app.partners.forms import DepartmentForm, DepartmentNameForm
from exchange_app.partners.views.blueprint import is_saved, partners
from exchange_app.web.policies import allows


@partners.route("/administrator/departments", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def departments() -> ResponseReturnValue:
    form = DepartmentForm()
    if is_saved(form, lambda: service.add_department(form.slug.data, form.name.data)):
        return redirect(url_for("partners.departments"), 303)
    counts = queries.map_department_counts()
    listed = queries.list_departments()
    return render_template("partners/departments.html", form=form, departments=listed, counts=counts), form.status


@partners.route("/administrator/departments/<int:department_id>", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def edit_department(department_id: int) -> ResponseReturnValue:
    department = queries.get_department(department_id)
    form = DepartmentNameForm(obj=department)
    if is_saved(form, lambda: service.rename_department(department, form.name.data)):
        return redirect(url_for("partners.departments"), 303)
    return render_template("partners/edit_department.html", form=form, department=department), form.status


@partners.post("/administrator/departments/<int:department_id>/remove")
@allows(Role.ADMINISTRATOR)
def remove_department(department_id: int) -> ResponseReturnValue:
    department = queries.get_department(department_id)
    try:
        with transaction():
            service.remove_department(department)
    except Refusal as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(gettext("Removed."), "success")
    return redirect(url_for("partners.departments"), 303)
