"""A leader says which children of the own school can be recognised in a photo."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.consents.queries import list_children, map_answers
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.publicity.forms import PersonsForm
from exchange_app.publicity.models import StoryPhoto
from exchange_app.publicity.queries.photos import get_photo_to_name
from exchange_app.publicity.service.photos import name_persons
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.policies import allows


@publicity.route("/publicity/photos/<int:photo_id>/persons", methods=["GET", "POST"])
@allows(Role.LEADER)
def persons(photo_id: int) -> ResponseReturnValue:
    photo = get_photo_to_name(photo_id, me())
    booking = photo.booking
    assert booking is not None, "the query finds no other"
    children = list_children(booking.id)
    form = PersonsForm(persons=[one.person_uid for one in photo.persons])
    form.offer([(child.uid, child.name) for child in children])
    if is_saved(form, lambda: name_persons(photo, form.persons.data or [], by=me(), now=now())):
        flash(gettext("Thank you. Somebody else checks the photo now."), "success")
        return redirect(_next_page(photo), 303)
    answers = map_answers(booking)
    agreed = {uid for uid, answer in answers.items() if answer.allows_photos}
    page = render_template("publicity/persons.html", form=form, photo=photo, agreed=agreed, children=children)
    return page, status_of_form(form)


def _next_page(photo: StoryPhoto) -> str:
    """Back to the story that the school tells itself; another's is not the leader's to open."""
    if photo.story is not None and photo.story.office_id == me().organisation_id:
        return url_for("publicity.own_story", story_id=photo.story_id, _anchor="photos")
    return url_for("publicity.own_stories")
