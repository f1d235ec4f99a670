"""Every feature that has pages or commands, in the order of the house."""

from exchange_app.accounts.views import accounts
from exchange_app.bookings.views import bookings
from exchange_app.catalogue.views import catalogue
from exchange_app.demo.commands import demo_commands
from exchange_app.demo.views import demo
from exchange_app.departures.commands import seat_commands
from exchange_app.departures.views import departures
from exchange_app.outbox.views import outbox
from exchange_app.rosters.views import rosters
from exchange_app.web.views import web

BLUEPRINTS = (web, outbox, accounts, catalogue, departures, bookings, rosters, demo)
COMMANDS = (seat_commands, demo_commands)
