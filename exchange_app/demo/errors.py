"""Why the demo may not be loaded or shown."""

from exchange_app.core.errors import Conflict, Forbidden, NotFound
from exchange_app.core.text import sentence


class NotInDemoMode(Forbidden):
    slug = "not-in-demo-mode"
    words = sentence("The demo is loaded in demo mode only: set DEMO=1.")


class OtherDataThere(Conflict):
    slug = "other-data-there"
    words = sentence("The database holds other data; the demo is loaded into an empty database only.")


class SampleNotFound(NotFound):
    slug = "sample-not-found"
    words = sentence("There is no such sample file.")
