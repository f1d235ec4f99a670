"""What readers do: look, search, download, mark as read, take the feed, choose the weekly digest."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts.errors import UserNotFound
from exchange_app.accounts.models import User
from exchange_app.accounts.queries import get_user
from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.core.transaction import transaction
from exchange_app.noticeboard import queries, service
from exchange_app.noticeboard.feed import entry_of
from exchange_app.noticeboard.forms import NoticeFilterForm
from exchange_app.noticeboard.links import is_refusing_digest
from exchange_app.noticeboard.rules import is_valid_on
from exchange_app.noticeboard.views.blueprint import noticeboard
from exchange_app.partners.queries import list_cities
from exchange_app.web.atom import Channel, write_feed
from exchange_app.web.files import hand_out
from exchange_app.web.formats import HOME_ZONE, site_name
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_guesses
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows, anyone, proven_by_address, without_second_factor

IN_THE_FEED = 50


@noticeboard.get("/notices")
@anyone
def index() -> ResponseReturnValue:
    form = NoticeFilterForm()
    form.city.offer(list_cities())
    page = page_of(queries.select_notices(_reader(), form.wanted(), _today()))
    return render_template(
        "noticeboard/index.html",
        form=form,
        page=page,
        read=queries.set_of_read(_reader(), page.rows),
        wants_digest=current_user.is_authenticated and queries.wants_digest(me()),
    )


@noticeboard.get("/notices/<int:notice_id>")
@anyone
def show(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_notice(notice_id, _reader())
    return render_template(
        "noticeboard/show.html",
        notice=notice,
        is_valid=is_valid_on(_today(), notice.valid_from, notice.valid_until),
        is_read=not current_user.is_authenticated or bool(queries.set_of_read(me(), [notice])),
    )


@noticeboard.post("/notices/<int:notice_id>/read")
@allows()
def mark_read(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_notice(notice_id, me())
    with transaction():
        service.mark_read([notice.id], by=me(), now=now())
    return redirect(url_for("noticeboard.show", notice_id=notice_id), 303)


@noticeboard.post("/notices/read")
@allows()
def mark_all_read() -> ResponseReturnValue:
    with transaction():
        service.mark_read(queries.list_unread_ids(me(), _today()), by=me(), now=now())
    return redirect(url_for("noticeboard.index"), 303)


@noticeboard.get("/notices/<int:notice_id>/files/<int:file_id>")
@anyone
def file(notice_id: int, file_id: int) -> ResponseReturnValue:
    found = queries.get_file(notice_id, file_id, _reader())
    return hand_out(found.content, found.content_type, found.filename)


@noticeboard.get("/notices.atom")
@anyone
def feed() -> ResponseReturnValue:
    """Of one city with ``?city=``; in the reader's language."""
    city = request.args.get("city") or None
    notices = queries.list_feed(city, IN_THE_FEED, _today())
    asked, page = (url_for(f"noticeboard.{name}", city=city) for name in ("feed", "index"))
    title = gettext("%(site)s: notices", site=site_name())
    public_url = setting("PUBLIC_URL")
    channel = Channel(title, public_url + asked, public_url + page)
    entries = [entry_of(notice, public_url) for notice in notices]
    response = Response(write_feed(channel, entries, now()), content_type="application/atom+xml; charset=utf-8")
    response.add_etag()
    return response.make_conditional(request)


@noticeboard.post("/notices/digest/<any(on, off):wanted>")
@allows()
def choose_digest(wanted: str) -> ResponseReturnValue:
    with transaction():
        service.choose_digest(me(), is_wanted=wanted == "on", now=now())
    if wanted == "on":
        flash(gettext("Each Monday you get a letter with the new notices."))
    else:
        flash(gettext("You get no more letters about new notices."))
    return redirect(url_for("noticeboard.index"), 303)


@noticeboard.route("/notices/digest/<int:user_id>/<signature>", methods=["GET", "POST"])
@slow_guesses(GUESSES)
@proven_by_address
@without_second_factor
@secret_address
@anyone
def no_digest(user_id: int, signature: str) -> ResponseReturnValue:
    """Opening the page changes nothing: mail scanners follow links. The form is the one that RFC 8058 sends too."""
    user = get_user(user_id)
    if not is_refusing_digest(user, signature):
        raise UserNotFound()
    if request.method == "POST":
        with transaction():
            service.choose_digest(user, is_wanted=False, now=now())
    return render_template("noticeboard/no_digest.html", is_wanted=queries.wants_digest(user))


def _reader() -> User | None:
    return me() if current_user.is_authenticated else None


def _today() -> date:
    zone = current_user.organisation.city.time_zone if current_user.is_authenticated else HOME_ZONE
    return now().astimezone(ZoneInfo(zone)).date()
