"""Where the pages about what is kept are gathered."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response

retention = Blueprint("retention", __name__)


def as_file(data: Any, name: str) -> Response:
    """Data to take away, readable by people too."""
    content = json.dumps(data, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"', "Cache-Control": "no-store"}
    return Response(content, content_type="application/json; charset=utf-8", headers=headers)
