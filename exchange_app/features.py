"""Every feature that has pages, labels, letters or commands, in the order of the house."""

from exchange_app.accounts.commands import account_commands
from exchange_app.accounts.labels import LABELS as ACCOUNT_LABELS
from exchange_app.accounts.sending import ACCOUNT_LETTERS
from exchange_app.accounts.views import accounts
from exchange_app.audit.commands import audit_commands
from exchange_app.audit.key_commands import key_commands
from exchange_app.audit.labels import LABELS as AUDIT_LABELS
from exchange_app.audit.views import audit
from exchange_app.backup.commands import backup_commands
from exchange_app.bookings.commands import seat_commands
from exchange_app.bookings.labels import LABELS as BOOKING_LABELS
from exchange_app.bookings.message_sending import MESSAGE_LETTERS
from exchange_app.bookings.queries import find_booking_by_code
from exchange_app.bookings.sending import BOOKING_LETTERS, load_bookings
from exchange_app.bookings.summary_sending import SUMMARY_LETTERS
from exchange_app.bookings.views import bookings
from exchange_app.catalogue.labels import LABELS as CATALOGUE_LABELS
from exchange_app.catalogue.views import catalogue
from exchange_app.consents.labels import LABELS as CONSENT_LABELS
from exchange_app.consents.letters import CONSENT_LETTERS
from exchange_app.consents.views import consents
from exchange_app.coordination.labels import LABELS as COORDINATION_LABELS
from exchange_app.coordination.sending import COORDINATION_LETTERS
from exchange_app.coordination.views import coordination
from exchange_app.demo.commands import demo_commands
from exchange_app.demo.views import demo
from exchange_app.departures.labels import LABELS as DEPARTURE_LABELS
from exchange_app.departures.views import departures
from exchange_app.helpdesk.labels import LABELS as HELP_LABELS
from exchange_app.helpdesk.queries import find_request_by_code
from exchange_app.helpdesk.sending import HELP_LETTERS, load_requests
from exchange_app.helpdesk.views import helpdesk
from exchange_app.insights.labels import LABELS as INSIGHT_LABELS
from exchange_app.insights.views import insights
from exchange_app.insights.waiting import tell_reports
from exchange_app.meetings.labels import LABELS as MEETING_LABELS
from exchange_app.meetings.sending import MEETING_LETTERS
from exchange_app.meetings.views import meetings
from exchange_app.meetings.waiting import tell_meetings
from exchange_app.noticeboard.labels import LABELS as NOTICE_LABELS
from exchange_app.noticeboard.sending import NOTICE_LETTERS
from exchange_app.noticeboard.views import noticeboard
from exchange_app.outbox.commands import outbox_commands
from exchange_app.outbox.finding import Finder
from exchange_app.outbox.labels import LABELS as LETTER_LABELS
from exchange_app.outbox.views import outbox
from exchange_app.papers.labels import LABELS as PAPER_LABELS
from exchange_app.papers.todos import map_todos
from exchange_app.papers.views import papers
from exchange_app.partners.labels import LABELS as PARTNER_LABELS
from exchange_app.partners.views import partners
from exchange_app.planning.labels import LABELS as PLANNING_LABELS
from exchange_app.planning.views import planning
from exchange_app.publicity.labels import LABELS as PUBLICITY_LABELS
from exchange_app.publicity.sending import PUBLICITY_LETTERS
from exchange_app.publicity.todos import map_photos_to_name
from exchange_app.publicity.views import publicity
from exchange_app.publicity.waiting import tell_publicity
from exchange_app.retention.commands import retention_commands
from exchange_app.retention.labels import LABELS as RETENTION_LABELS
from exchange_app.retention.sending import RETENTION_LETTERS
from exchange_app.retention.views import retention
from exchange_app.rosters.labels import LABELS as ROSTER_LABELS
from exchange_app.rosters.views import rosters
from exchange_app.tailored.labels import LABELS as TAILORED_LABELS
from exchange_app.tailored.sending import TAILORED_LETTERS
from exchange_app.tailored.views import tailored
from exchange_app.trips.labels import LABELS as TRIP_LABELS
from exchange_app.trips.sending import TRIP_LETTERS
from exchange_app.trips.views import trips
from exchange_app.visits.labels import LABELS as VISIT_LABELS
from exchange_app.visits.sending import VISIT_LETTERS
from exchange_app.visits.views import visits
from exchange_app.visits.waiting import tell_visits
from exchange_app.web.views import web

BLUEPRINTS = (
    web,
    audit,
    outbox,
    partners,
    accounts,
    catalogue,
    helpdesk,
    departures,
    bookings,
    rosters,
    consents,
    trips,
    papers,
    tailored,
    noticeboard,
    coordination,
    meetings,
    visits,
    publicity,
    insights,
    planning,
    retention,
    demo,
)
LABELS = (
    AUDIT_LABELS,
    LETTER_LABELS,
    PARTNER_LABELS,
    ACCOUNT_LABELS,
    CATALOGUE_LABELS,
    HELP_LABELS,
    DEPARTURE_LABELS,
    BOOKING_LABELS,
    ROSTER_LABELS,
    CONSENT_LABELS,
    TRIP_LABELS,
    PAPER_LABELS,
    TAILORED_LABELS,
    NOTICE_LABELS,
    COORDINATION_LABELS,
    MEETING_LABELS,
    VISIT_LABELS,
    PUBLICITY_LABELS,
    INSIGHT_LABELS,
    PLANNING_LABELS,
    RETENTION_LABELS,
)
LETTERS = (
    *ACCOUNT_LETTERS,
    *HELP_LETTERS,
    *BOOKING_LETTERS,
    *MESSAGE_LETTERS,
    *SUMMARY_LETTERS,
    *CONSENT_LETTERS,
    *TRIP_LETTERS,
    *TAILORED_LETTERS,
    *NOTICE_LETTERS,
    *COORDINATION_LETTERS,
    *MEETING_LETTERS,
    *VISIT_LETTERS,
    *PUBLICITY_LETTERS,
    *RETENTION_LETTERS,
)
TODOS = (map_todos, map_photos_to_name)
WAITING = (tell_meetings, tell_visits, tell_publicity, tell_reports)
FINDERS = (Finder(load_bookings, find_booking_by_code), Finder(load_requests, find_request_by_code))
COMMANDS = (
    audit_commands,
    key_commands,
    outbox_commands,
    account_commands,
    seat_commands,
    retention_commands,
    demo_commands,
    backup_commands,
)
