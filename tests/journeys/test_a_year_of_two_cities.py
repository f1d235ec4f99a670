"""Nanning and Chongzuo live through a year on the pages of the platform, and its figures are those of a hand count."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tests.journeys.actors import Work, time_from
from tests.journeys.year import august, autumn, december, february, january, july, june, march, september, spring
from tests.journeys.year.story import begin


def test_a_year_of_two_cities(app: Flask, work: Work, tmp_path: Path) -> None:
    app.config["DATA_DIR"] = str(tmp_path)
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

        june.a_visit_is_proposed_changed_and_accepted(story)
        june.it_has_a_programme_and_takes_place(story)
        june.it_is_reported_and_something_follows(story)

        july.a_newcomer_asks(story)
        july.nobody_answers_and_it_goes_up(story)
        july.it_is_read_and_closed(story)

        august.the_group_tells_its_story(story)
        august.a_second_person_checks_and_no_way_leads_past_a_guardian(story)
        august.a_guardian_withdraws_and_the_photo_is_gone(story)

        september.a_notice_is_published(story)
        september.the_digest_comes_on_monday_and_ends_with_one_click(story)

        autumn.the_ledger_proposes_the_return(story)
        autumn.it_is_returned_and_what_is_not_is_overdue(story)
        july.later_it_is_deleted(story)

        december.the_year_ends(story)
        december.the_ledger_is_what_a_hand_counts(story)
        december.the_figures_are_what_a_hand_counts(story)
        december.the_yearly_report_says_so_too(story)
        december.rosters_go_and_the_figures_stay(story)
