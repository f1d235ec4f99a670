"""Files to download."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file
from flask_babel import gettext

from exchange_app.core.text import current_language
from exchange_app.rosters.models import Export
from exchange_app.rosters.rules import ExportForm
from exchange_app.rosters.template import template_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {ExportForm.XLSX: XLSX, ExportForm.CSV: "text/csv; charset=utf-8"}


def template_download(asked: frozenset[str]) -> Response:
    """An empty roster in the reader's language."""
    workbook = template_workbook(asked, current_language())
    return send_file(BytesIO(workbook), XLSX, as_attachment=True, download_name=gettext("Roster template") + ".xlsx")


def export_download(content: bytes, export: Export, about: str) -> Response:
    """Its number in the name of the file too."""
    name = f"{about}-{export.id}.{export.form.value}"
    return send_file(BytesIO(content), TYPES[export.form], as_attachment=True, download_name=name)
