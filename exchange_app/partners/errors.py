"""What the pages about cities and organisations may refuse."""

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
