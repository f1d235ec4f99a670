"""What those who put on campaigns do: write, link departures, add a photo, publish, invite other cities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.pictures import FORMATS, MOST_BYTES
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.rules import day_in
from exchange_app.partners.models import Organisation
from exchange_app.publicity.errors import CampaignNotFound
from exchange_app.publicity.forms import CampaignForm, InviteForm, LinkForm, PhotoForm
from exchange_app.publicity.models import Campaign
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.queries.photos import list_photos
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.service import campaigns as service
from exchange_app.publicity.service import photos
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.publicity.views.uploading import is_added
from exchange_app.web.files import takes_file
from exchange_app.web.policies import allows

ACCEPTED = ",".join(f"image/{name.lower()}" for name in FORMATS)
INVITERS = (Role.COORDINATOR, Role.ADMINISTRATOR)


@publicity.route("/publicity/campaigns/new", methods=["GET", "POST"])
@allows(*CHECKERS)
def new_campaign() -> ResponseReturnValue:
    offices = queries.list_offices(me())
    own = [office.id for office in offices if office.id == me().organisation_id]
    form = CampaignForm(office_id=own[0] if own else None)
    form.offer(offices, queries.list_festivals())
    written: list[Campaign] = []

    def command() -> None:
        office = _chosen(offices, form.office_id.data)
        written.append(service.write_campaign(office, form.terms(), by=me(), now=now()))

    if is_saved(form, command):
        flash(gettext("The draft is kept. Add departures and a photo, then publish it."), "success")
        return redirect(url_for("publicity.own_campaign", campaign_id=written[0].id), 303)
    return render_template("publicity/new_campaign.html", form=form), status_of_form(form)


def _chosen(offices: Sequence[Organisation], office_id: int | None) -> Organisation:
    """The form offers no other. Raises CampaignNotFound."""
    for office in offices:
        if office.id == office_id:
            return office
    raise CampaignNotFound()


@publicity.route("/publicity/campaigns/<int:campaign_id>", methods=["GET", "POST"])
@allows(*CHECKERS)
def own_campaign(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    form = CampaignForm(obj=campaign, seen=service.seen_of(campaign))
    return _page(campaign, form=form)


def _page(
    campaign: Campaign,
    *,
    form: CampaignForm | None = None,
    link_form: LinkForm | None = None,
    photo_form: PhotoForm | None = None,
    invite_form: InviteForm | None = None,
) -> ResponseReturnValue:
    """One of the forms was sent; the others stand as they are kept."""
    sent = link_form or photo_form or invite_form
    form = form or CampaignForm(formdata=None, obj=campaign, seen=service.seen_of(campaign))
    form.offer([campaign.office], queries.list_festivals())
    if not sent and is_saved(form, lambda: _change(campaign, form)):
        flash(gettext("Saved."), "success")
        return _back(campaign)
    link_form = link_form or _link_form(campaign, formdata=None)
    photo_form = photo_form or PhotoForm(formdata=None)
    invite_form = invite_form or _invite_form(campaign, formdata=None)
    page = render_template(
        "publicity/own_campaign.html",
        campaign=campaign,
        form=form,
        link_form=link_form,
        photo_form=photo_form,
        invite_form=invite_form,
        photos=[(photo, photos.seen_of(photo)) for photo in list_photos(campaign)],
        views=queries.map_views(campaign_ids=[campaign.id]).get(campaign.id, 0),
        formats=ACCEPTED,
        megabytes=MOST_BYTES // 1024 // 1024,
        may_invite=me().role in INVITERS,
    )
    return page, status_of_form(sent or form)


def _change(campaign: Campaign, form: CampaignForm) -> None:
    service.change_campaign(campaign, form.terms(), seen=form.seen.data or "", by=me(), now=now())


def _link_form(campaign: Campaign, **options: Any) -> LinkForm:
    form = LinkForm(**options)
    since = day_in(campaign.city.time_zone, now())
    form.offer(queries.list_packages_to_link(), queries.list_departures_to_link(since))
    return form


def _invite_form(campaign: Campaign, **options: Any) -> InviteForm:
    form = InviteForm(**options)
    form.offer(queries.list_cities_to_invite(campaign))
    return form


def _back(campaign: Campaign, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("publicity.own_campaign", campaign_id=campaign.id, _anchor=anchor), 303)


@publicity.post("/publicity/campaigns/<int:campaign_id>/links")
@allows(*CHECKERS)
def add_link(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    form = _link_form(campaign)

    def command() -> None:
        for name in ("package_id", "departure_id"):
            if form[name].data is not None:
                service.add_link(campaign, **{name: form[name].data})

    if is_saved(form, command):
        flash(gettext("The campaign leads there now."), "success")
        return _back(campaign, "links")
    return _page(campaign, link_form=form)


@publicity.post("/publicity/campaigns/<int:campaign_id>/links/<int:link_id>/remove")
@allows(*CHECKERS)
def remove_link(campaign_id: int, link_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    queries.find_link(campaign, link_id)
    is_done(lambda: service.remove_link(campaign, link_id), done=gettext("The campaign no longer leads there."))
    return _back(campaign, "links")


@publicity.post("/publicity/campaigns/<int:campaign_id>/photos")
@takes_file(MOST_BYTES)
@allows(*CHECKERS)
def add_campaign_photo(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    form = PhotoForm()
    if is_added(form, campaign, groups=()):
        flash(gettext("The photo is kept. Somebody else has to check it before visitors see it."), "success")
        return _back(campaign, "photos")
    return _page(campaign, photo_form=form)


@publicity.post("/publicity/campaigns/<int:campaign_id>/invitations")
@allows(*INVITERS)
def invite(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    form = _invite_form(campaign)

    def command() -> None:
        cities = queries.list_cities_to_invite(campaign)
        service.invite(campaign, cities, form.city_id.data or 0, form.words.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The invitation is on its way."), "success")
        return _back(campaign, "invitations")
    return _page(campaign, invite_form=form)


@publicity.post("/publicity/campaigns/<int:campaign_id>/publish")
@allows(*CHECKERS)
def publish_campaign(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    return _do(campaign, lambda: service.publish_campaign(campaign, by=me(), now=now()), gettext("It is published."))


@publicity.post("/publicity/campaigns/<int:campaign_id>/withdraw")
@allows(*CHECKERS)
def withdraw_campaign(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    done = gettext("It is withdrawn. Publish it again to show it again.")
    return _do(campaign, lambda: service.withdraw_campaign(campaign, by=me(), now=now()), done)


def _do(campaign: Campaign, command: Callable[[], object], done: str) -> ResponseReturnValue:
    is_done(command, done=done)
    return _back(campaign)


@publicity.post("/publicity/campaigns/<int:campaign_id>/delete")
@allows(*CHECKERS)
def delete_campaign(campaign_id: int) -> ResponseReturnValue:
    campaign = queries.get_campaign(campaign_id, me())
    if is_done(lambda: service.delete_campaign(campaign), done=gettext("The draft is deleted.")):
        return redirect(url_for("publicity.desk"), 303)
    return _back(campaign)
