"""What has been loaded so far, by the keys that the content uses."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import list_approver_users
from exchange_app.catalogue.models import Approver, Base, Menu, MenuItem, Package
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.partners.models import City, County, Department, Organisation


@dataclass(frozen=True, slots=True)
class Known:
    cities: dict[str, City] = field(default_factory=dict)
    counties: dict[str, County] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    bases: dict[str, Base] = field(default_factory=dict)
    menus: dict[str, Menu] = field(default_factory=dict)
    items: dict[str, MenuItem] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    departures: dict[str, Departure] = field(default_factory=dict)

    def host(self, package: Package) -> User:
        """The organiser who keeps the package and answers the groups."""
        return next(
            person
            for person in self.people.values()
            if person.role is Role.ORGANISER and person.organisation_id == package.organiser_id
        )

    def approver(self, approver: Approver, booking: Booking) -> User:
        """Who speaks for the approver; an administrator where nobody of the demo does."""
        people = list_approver_users(booking, approver)
        return people[0] if people else self.administrator()

    def coordinator(self, city: City) -> User:
        return next(
            person
            for person in self.people.values()
            if person.role is Role.COORDINATOR and person.organisation.city is city
        )

    def administrator(self) -> User:
        return next(person for person in self.people.values() if person.role is Role.ADMINISTRATOR)
