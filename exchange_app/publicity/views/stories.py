"""What those who tell and check stories do. A leader tells those of the own school and proposes them."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.pictures import MOST_BYTES
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.publicity.errors import StoryNotFound
from exchange_app.publicity.forms import NewStoryForm, ReturnForm, StoryForm, StoryPhotoForm
from exchange_app.publicity.models import Story, StoryPhoto
from exchange_app.publicity.queries import photos as photo_queries
from exchange_app.publicity.queries import stories as queries
from exchange_app.publicity.queries.campaigns import map_views
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.rules import EDITABLE, Permission
from exchange_app.publicity.service import photos
from exchange_app.publicity.service import stories as service
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.publicity.views.campaigns import ACCEPTED
from exchange_app.publicity.views.uploading import is_added
from exchange_app.web.files import takes_file
from exchange_app.web.policies import allows

WRITERS = (Role.LEADER, *CHECKERS)


@publicity.route("/publicity/stories/new", methods=["GET", "POST"])
@allows(*WRITERS)
def new_story() -> ResponseReturnValue:
    departures = queries.list_departures_to_tell(me())
    form = NewStoryForm()
    form.offer(departures)
    written: list[Story] = []

    def command() -> None:
        departure = next((one for one in departures if one.id == form.departure_id.data), None)
        if departure is None:
            raise StoryNotFound()
        written.append(service.write_story(departure, form.terms(), by=me(), now=now()))

    if is_saved(form, command):
        flash(gettext("The draft is kept. Add photos, then have it checked."), "success")
        return redirect(url_for("publicity.own_story", story_id=written[0].id), 303)
    return render_template("publicity/new_story.html", form=form, departures=departures), status_of_form(form)


@publicity.route("/publicity/stories/<int:story_id>", methods=["GET", "POST"])
@allows(*WRITERS)
def own_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    return _page(story, form=StoryForm(obj=story, seen=service.words_seen(story)))


def _page(
    story: Story,
    *,
    form: StoryForm | None = None,
    photo_form: StoryPhotoForm | None = None,
    return_form: ReturnForm | None = None,
) -> ResponseReturnValue:
    """One of the forms was sent; the others stand as they are kept."""
    sent = photo_form or return_form
    form = form or StoryForm(formdata=None, obj=story, seen=service.words_seen(story))
    if not sent and is_saved(form, lambda: _change(story, form)):
        flash(gettext("Saved."), "success")
        return _back(story)
    its_photos = photo_queries.list_photos(story)
    permissions = photo_queries.map_permissions(its_photos)
    user = me()
    page = render_template(
        "publicity/own_story.html",
        story=story,
        form=form,
        photo_form=photo_form or _photo_form(story, formdata=None),
        return_form=return_form or ReturnForm(formdata=None),
        photos=[(photo, photos.seen_of(photo)) for photo in its_photos],
        permissions=permissions,
        unchecked=sum(not one.is_checked or permissions[one.id] is not Permission.GIVEN for one in its_photos),
        seen=service.seen_of(story),
        is_editable=story.state in EDITABLE,
        may_check=user.role in CHECKERS and user.id != story.author_id,
        views=map_views(story_ids=[story.id]).get(story.id, 0),
        formats=ACCEPTED,
        megabytes=MOST_BYTES // 1024 // 1024,
    )
    return page, status_of_form(sent or form)


def _change(story: Story, form: StoryForm) -> None:
    service.change_story(story, form.terms(), seen=form.seen.data or "", by=me(), now=now())


def _photo_form(story: Story, **options: object) -> StoryPhotoForm:
    form = StoryPhotoForm(**options)
    form.offer(queries.list_groups(story, me()))
    return form


def _back(story: Story, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("publicity.own_story", story_id=story.id, _anchor=anchor), 303)


def _do(story: Story, command: Callable[[], object], done: str) -> ResponseReturnValue:
    is_done(command, done=done)
    return _back(story)


@publicity.post("/publicity/stories/<int:story_id>/photos")
@takes_file(MOST_BYTES)
@allows(*WRITERS)
def add_story_photo(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    form = _photo_form(story)
    if is_added(form, story, groups=queries.list_groups(story, me())):
        flash(gettext("The photo is kept. Nobody else sees it before it is checked."), "success")
        return _back(story, "photos")
    return _page(story, photo_form=form)


@publicity.post("/publicity/photos/<int:photo_id>/check")
@allows(*CHECKERS)
def check_photo(photo_id: int) -> ResponseReturnValue:
    photo = photo_queries.get_photo(photo_id, me())
    seen = _seen()
    done = gettext("The photo is checked.")
    is_done(lambda: photos.check_photo(photo, seen=seen, by=me(), now=now()), done=done)
    return _to_owner(photo)


@publicity.post("/publicity/photos/<int:photo_id>/remove")
@allows(*WRITERS)
def remove_photo(photo_id: int) -> ResponseReturnValue:
    """Also by the leader of whoever it shows, whose story it may not be."""
    photo = photo_queries.get_photo_to_remove(photo_id, me())
    answer = redirect(url_for("publicity.own_stories"), 303) if me().role is Role.LEADER else _to_owner(photo)
    is_done(lambda: photos.remove_photo(photo, by=me(), now=now()), done=gettext("The photo is removed."))
    return answer


def _to_owner(photo: StoryPhoto) -> ResponseReturnValue:
    if photo.story_id is not None:
        return redirect(url_for("publicity.own_story", story_id=photo.story_id, _anchor="photos"), 303)
    return redirect(url_for("publicity.own_campaign", campaign_id=photo.campaign_id, _anchor="photos"), 303)


def _seen() -> str:
    return request.form.get("seen", "")


@publicity.post("/publicity/stories/<int:story_id>/propose")
@allows(*WRITERS)
def propose_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    done = gettext("A second person is asked to check it.")
    return _do(story, lambda: service.propose_story(story, by=me(), now=now()), done)


@publicity.post("/publicity/stories/<int:story_id>/take-back")
@allows(*WRITERS)
def take_back_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    return _do(story, lambda: service.take_back(story, now=now()), gettext("It is a draft again."))


@publicity.post("/publicity/stories/<int:story_id>/publish")
@allows(*CHECKERS)
def publish_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    seen = _seen()
    return _do(story, lambda: service.publish_story(story, seen=seen, by=me(), now=now()), gettext("It is published."))


@publicity.post("/publicity/stories/<int:story_id>/return")
@allows(*CHECKERS)
def return_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    form = ReturnForm()
    if is_saved(form, lambda: service.return_story(story, form.words.data, by=me(), now=now())):
        flash(gettext("It is with its author again."), "success")
        return _back(story)
    return _page(story, return_form=form)


@publicity.post("/publicity/stories/<int:story_id>/withdraw")
@allows(*WRITERS)
def withdraw_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    done = gettext("It is withdrawn. Whoever wants it back has it checked again.")
    return _do(story, lambda: service.withdraw_story(story, now=now()), done)


@publicity.post("/publicity/stories/<int:story_id>/delete")
@allows(*WRITERS)
def delete_story(story_id: int) -> ResponseReturnValue:
    story = queries.get_story(story_id, me())
    if is_done(lambda: service.delete_story(story), done=gettext("The story is deleted.")):
        return redirect(url_for("publicity.own_stories"), 303)
    return _back(story)
