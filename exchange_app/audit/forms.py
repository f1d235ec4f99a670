"""How the log is narrowed down, from the address."""

from wtforms import SubmitField

from exchange_app.audit.rules import What
from exchange_app.core.text import sentence
from exchange_app.web.forms import ChoiceField, FilterForm


class LogForm(FilterForm):
    what = ChoiceField(What, sentence("What happened"), empty=sentence("Everything"))
    check = SubmitField(sentence("Check the whole log"))
