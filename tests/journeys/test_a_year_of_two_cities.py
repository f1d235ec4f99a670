"""Nanning and Chongzuo live through a year on the pages of the platform, and its figures are those of a hand count."""

from __future__ import annotations

from flask import Flask

from tests.journeys.actors import Work, time_from
from tests.journeys.year import january
from tests.journeys.year.story import begin


def test_a_year_of_two_cities(app: Flask, work: Work) -> None:
    with time_from(app, "2027-01-04", work) as time:
        story = begin(app, time)

        january.the_cities_sign_an_agreement(story)
        january.offices_find_their_counterparts(story)
        january.each_city_says_whom_to_ask(story)
