"""Nanning and Chongzuo live through a year on the pages of the platform, and its figures are those of a hand count."""

from __future__ import annotations

from flask import Flask

from tests.journeys.actors import Work, time_from
from tests.journeys.year import february, january, march, spring
from tests.journeys.year.story import begin


def test_a_year_of_two_cities(app: Flask, work: Work) -> None:
    with time_from(app, "2027-01-04", work) as time:
        story = begin(app, time)

        january.the_cities_sign_an_agreement(story)
        january.offices_find_their_counterparts(story)
        january.each_city_says_whom_to_ask(story)

        february.the_meetings_get_a_plan(story)
        february.the_chair_calls_and_invites(story)
        february.the_invited_answer(story)
        february.the_cities_meet_and_decide(story)
        february.the_owner_is_reminded_and_closes_the_action(story)

        march.both_sides_publish(story)
        march.the_festival_is_found_in_the_lunar_calendar(story)
        march.a_campaign_leads_to_the_departure_and_invites_the_other_city(story)

        spring.schools_register(story)
        spring.whoever_has_to_agree_does(story)
        spring.a_group_cancels_and_the_one_that_waits_still_does_not_fit(story)
        spring.guardians_answer(story)
        spring.they_travel(story)
        spring.each_city_has_its_exchanges(story)
