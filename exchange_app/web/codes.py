"""Links as pictures that a phone reads."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """The address as a drawing for a page or for paper: dark on white, with the quiet margin that readers need."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(border=4, light="white", omitsize=True, svgclass="qr-code", lineclass=None))
