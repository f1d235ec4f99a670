"""What the pages about cities, organisations, agreements and counterparts may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class CityNotFound(NotFound):
    slug = "city-not-found"
    words = sentence("There is no such city.")


class OrganisationNotFound(NotFound):
    slug = "organisation-not-found"
    words = sentence("There is no such organisation.")


class CodeTaken(Conflict):
    slug = "area-code-taken"
    words = sentence("A city or county with this code is there already.")
    field = "code"


class CodeUnfit(Invalid):
    """GB/T 2260: six digits, the first two the province, the next two the city, the last two the county or district."""

    slug = "area-code-unfit"
    words = sentence("A code of GB/T 2260 has six digits; that of a county begins with the four of its city.")
    field = "code"


class AddressTaken(Conflict):
    slug = "city-address-taken"
    words = sentence("Another city has this short name in its addresses.")
    field = "slug"


class AddressUnfit(Invalid):
    slug = "city-address-unfit"
    words = sentence("Write the short name in small Latin letters and dashes, such as nanning.")
    field = "slug"


class LicenceMissing(Invalid):
    """A package that is sold names the licensed operator."""

    slug = "licence-missing"
    words = sentence("A travel agency needs the number of its licence.")
    field = "licence_number"


class CountyElsewhere(Invalid):
    slug = "county-elsewhere"
    words = sentence("Choose a county or district of this city, or none.")
    field = "county_id"


class CityFixed(Conflict):
    slug = "organisation-city-fixed"
    words = sentence(
        "The city is fixed once somebody signs in for this organisation or anything belongs to it: figures count by "
        "it. Add the organisation anew in the other city."
    )
    field = "city_id"


# --------------------------------------------------------------------------------------------------------- departments


class DepartmentNotFound(NotFound):
    slug = "department-not-found"
    words = sentence("There is no such department.")


class DepartmentTaken(Conflict):
    slug = "department-taken"
    words = sentence("Another department has this short name.")
    field = "slug"


class DepartmentInUse(Conflict):
    slug = "department-in-use"
    words = sentence("Organisations or other things belong to this department; give them another one first.")


# ---------------------------------------------------------------------------------------------------------- agreements


class AgreementNotFound(NotFound):
    slug = "agreement-not-found"
    words = sentence("There is no such agreement.")


class AgreementStepNotOpen(Conflict):
    slug = "agreement-step-not-open"
    words = sentence("That can no longer be done with this agreement: look how it stands now.")


class TooFewParties(Conflict):
    slug = "too-few-parties"
    words = sentence("An agreement needs at least two cities.")
    field = "city_ids"


class NoPlan(Invalid):
    slug = "no-plan"
    words = sentence("Choose at least one plan.")
    field = "plans"


class SignedLater(Invalid):
    slug = "agreement-signed-later"
    words = sentence("This day is still to come: write the day on which it was signed.")
    field = "signed_on"


class OtherCitySigns(Conflict):
    """Who is party of an agreement in force reads what the partners share: no city says so alone."""

    slug = "other-city-signs"
    words = sentence(
        "Your city was the last to write at this draft: the co-ordinators of another one of its cities say that it was "
        "signed."
    )
    field = "signed_on"


class OtherCityAgrees(Conflict):
    slug = "other-city-agrees"
    words = sentence("Your city proposed this: the co-ordinators of another one of the cities say that it was agreed.")


class ProposedAlready(Conflict):
    slug = "proposed-already"
    words = sentence("This is proposed already and waits for the word of another city.")


class ProposalNotFound(NotFound):
    slug = "agreement-proposal-not-found"
    words = sentence("There is no such proposal (any more).")


class EndsBeforeItBegins(Invalid):
    slug = "ends-before-it-begins"
    words = sentence("The last day comes before the first.")
    field = "in_force_until"


class FirstDayMissing(Invalid):
    slug = "first-day-missing"
    words = sentence("A signed agreement says from when on it is in force.")
    field = "in_force_from"


class EndedLater(Invalid):
    slug = "ended-later"
    words = sentence("This day is still to come, or before the agreement was in force.")
    field = "ended_on"


class EndedOtherwise(Invalid):
    """Moving the last day is no way round the word of another city."""

    slug = "ended-otherwise"
    words = sentence("To bring the end forward, propose that the agreement ends: another city says that it was agreed.")
    field = "in_force_until"


class JoinedTooEarly(Invalid):
    slug = "joined-too-early"
    words = sentence("This day is still to come, or before the agreement was in force.")
    field = "since"


class PartyAlready(Conflict):
    slug = "party-already"
    words = sentence("This city is party of the agreement already.")
    field = "city_id"


class PartyNotFound(NotFound):
    slug = "party-not-found"
    words = sentence("This city is no party of the agreement.")


class LeftTooEarly(Invalid):
    slug = "left-too-early"
    words = sentence("This day is still to come, or before the city was party.")
    field = "until"


class PaperNotFound(NotFound):
    slug = "agreement-paper-not-found"
    words = sentence("There is no such paper.")


class PaperMissing(Invalid):
    slug = "agreement-paper-missing"
    words = sentence("Choose a file.")
    field = "file"


class PaperTooLarge(Invalid):
    slug = "agreement-paper-too-large"
    words = sentence("The file is larger than %(megabytes)s MB.")
    field = "file"


class PaperUnknown(Invalid):
    slug = "agreement-paper-unknown"
    words = sentence("Choose a PDF, an OFD, a picture (JPEG, PNG, WebP) or an Office document without macros.")
    field = "file"


class PaperThereAlready(Conflict):
    slug = "agreement-paper-there-already"
    words = sentence("This very file is among the papers already.")
    field = "file"


class TooManyPapers(Conflict):
    slug = "too-many-agreement-papers"
    words = sentence("An agreement has at most %(most)s papers; remove one first.")
    field = "file"


# -------------------------------------------------------------------------------------------------------- counterparts


class CounterpartNotFound(NotFound):
    slug = "counterpart-not-found"
    words = sentence("There is no such pair of offices.")


class CounterpartStepNotOpen(Conflict):
    slug = "counterpart-step-not-open"
    words = sentence("That can no longer be done: look how these two offices stand now.")


class NotAlike(Invalid):
    slug = "offices-not-alike"
    words = sentence("Counterparts have the same level and the same department.")
    field = "other_id"


class NotInAgreement(Invalid):
    slug = "office-not-in-agreement"
    words = sentence("Choose offices of two cities of this agreement.")
    field = "other_id"


class HasCounterpart(Conflict):
    slug = "has-counterpart"
    words = sentence("One of the two offices has a counterpart there already, or is asked to be one.")
    field = "other_id"


class ReasonMissing(Invalid):
    slug = "counterpart-reason-missing"
    words = sentence("Write why: the other side reads it.")
    field = "reason"


class CountyPaired(Conflict):
    slug = "county-paired"
    words = sentence("One of the two counties is paired with another one already.")
    field = "other_id"


class CountiesOfOneCity(Invalid):
    slug = "counties-of-one-city"
    words = sentence("Choose counties of two cities of this agreement.")
    field = "other_id"


class OfficeElsewhere(Invalid):
    slug = "liaison-office-elsewhere"
    words = sentence("Choose an office of this city, and one of its co-ordinators.")
    field = "office_id"
