"""How the periods and the states of reports read on pages."""

from exchange_app.core.text import sentence
from exchange_app.insights.rules import ReportState, Span
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Span: {
        Span.YEAR: sentence("The whole year"),
        Span.FIRST: sentence("First quarter"),
        Span.SECOND: sentence("Second quarter"),
        Span.THIRD: sentence("Third quarter"),
        Span.FOURTH: sentence("Fourth quarter"),
    },
    ReportState: {
        ReportState.ASKED: sentence("Waits to be made"),
        ReportState.MAKING: sentence("Is being made"),
        ReportState.READY: sentence("Ready"),
        ReportState.FAILED: sentence("Could not be made"),
    },
}
