"""What is left of a trip: certificates, and what families and pupils answer."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.links import is_signed
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import find_booking_by_code
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.text import LANGUAGES, speaking
from exchange_app.core.transaction import transaction
from exchange_app.trips import arrangements, queries, survey
from exchange_app.trips.forms import SurveyForm
from exchange_app.trips.labels import MARK_WORDS
from exchange_app.trips.views.blueprint import trips
from exchange_app.web.errors import beside_field
from exchange_app.web.formats import date_range
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_down, slow_guesses
from exchange_app.web.policies import allows, anyone


@dataclass(frozen=True, slots=True)
class CertificateWords:
    """What a certificate says in one language, around the name."""

    language: str
    title: str
    names_who: str
    took_part: str
    host: str


@trips.get("/bookings/<code>/certificates")
@allows(UserRole.LEADER)
def certificates(code: str) -> ResponseReturnValue:
    booking = queries.get_trip(code, me())
    is_over = booking.departure.ends_on <= booking.departure.today(now())
    return render_template(
        "trips/certificates.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        is_over=is_over,
        people=arrangements.list_people(booking) if is_over else [],
        words=[_certificate_in(language, booking) for language in LANGUAGES],
    )


def _certificate_in(language: str, booking: Booking) -> CertificateWords:
    departure, package = booking.departure, booking.departure.package
    with speaking(language):
        return CertificateWords(
            language=language,
            title=gettext("Certificate of participation"),
            names_who=gettext("This is to certify that"),
            took_part=gettext(
                "of %(school)s took part in the exchange “%(title)s” in %(city)s, %(dates)s.",
                school=str(booking.school.name),
                title=str(package.title),
                city=str(package.host_city.name),
                dates=date_range(departure.starts_on, departure.ends_on),
            ),
            host=str(package.organiser.name),
        )


@trips.get("/bookings/<code>/survey")
@allows(UserRole.LEADER)
def group_survey(code: str) -> ResponseReturnValue:
    booking = queries.get_trip(code, me())
    return render_template(
        "trips/group_survey.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        mark_words=MARK_WORDS,
        results=survey.results_of([booking.id]),
    )


@trips.route("/check/<code>/<signature>/survey", methods=["GET", "POST"])
@slow_down("30 per 15 minutes")
@slow_guesses(GUESSES)
@secret_address
@anyone
def replies(code: str, signature: str) -> ResponseReturnValue:
    """By the link that families have; nobody is asked who they are."""
    booking = find_booking_by_code(code)
    if booking is None or not is_signed(booking, signature):
        raise BookingNotFound()
    form = SurveyForm()
    if form.validate_on_submit():
        try:
            with transaction():
                survey.reply(booking, form.marks, form_token=form.form_token.data, now=now())
        except Conflict as refusal:
            beside_field(form, refusal)
        else:
            flash(gettext("Thank you. Your answers are kept without your name."))
            return redirect(url_for("rosters.checked_by_link", code=code, signature=signature), 303)
    page = render_template(
        "trips/replies.html",
        booking=booking,
        package=booking.departure.package,
        departure=booking.departure,
        is_open=survey.is_open(booking, now()),
        page_address=url_for("rosters.checked_by_link", code=code, signature=signature),
        form=form,
    )
    return page, form.status
