"""Files to download."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file
from flask_babel import gettext

from exchange_app.core.text import current_language
from exchange_app.rosters.template import template_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def template_download(asked: frozenset[str]) -> Response:
    """An empty roster in the reader's language."""
    workbook = template_workbook(asked, current_language())
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=gettext("Roster template") + ".xlsx")
