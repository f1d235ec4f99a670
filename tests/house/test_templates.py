"""Templates: where they stand, what they lead to, and that the content security policy lets them work."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
APP = ROOT / "exchange_app"
NAME = re.compile(r"[a-z_]+/[a-z_]+\.html")
ENDPOINT = re.compile(r"""url_for\(\s*["']([\w.]+)["']""")


def is_letter(name: str) -> bool:
    """A letter is read in a mail program, which takes its styles from the elements themselves."""
    return name.startswith(("letters/", "layouts/letter"))


TEXTS = {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
PAGES = {name: text for name, text in sorted(TEXTS.items()) if not is_letter(name)}


def named_by_code() -> Iterator[str]:
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                yield node.value


RENDERED = sorted(set(named_by_code()))


def offenders(pattern: str, *, in_tags: str = "") -> list[tuple[str, str]]:
    """Where the pattern stands in a page, or only inside of such tags."""
    found = []
    for name, text in PAGES.items():
        for part in re.findall(rf"<(?:{in_tags})\b[^>]*>", text) if in_tags else [text]:
            found += [(name, match.group()) for match in re.finditer(pattern, part)]
    return found


def test_what_a_view_renders_is_there() -> None:
    assert len(RENDERED) > 20
    assert [name for name in RENDERED if not (TEMPLATES / name).is_file()] == []


def test_a_page_is_named_after_its_endpoint(building: Flask) -> None:
    pages = [name for name in RENDERED if not name.startswith(("errors/", "layouts/")) and "/_" not in name]
    endpoints = {name: name.removesuffix(".html").replace("/", ".") for name in pages}
    assert [name for name, endpoint in endpoints.items() if endpoint not in building.view_functions] == []


def test_every_template_is_used() -> None:
    def is_used(name: str) -> bool:
        return name in RENDERED or any(f'"{name}"' in text for other, text in TEXTS.items() if other != name)

    assert [name for name in PAGES if not is_used(name)] == []


def test_every_template_can_be_read(building: Flask) -> None:
    for name in PAGES:
        building.jinja_env.get_template(name)


def test_nothing_stands_in_a_page_that_its_policy_forbids() -> None:
    assert offenders(r"\sstyle\s*=") == []
    assert offenders(r"\son[a-z]+\s*=") == []
    assert offenders(r"javascript:|hx-on") == []
    tags = [tag for text in PAGES.values() for tag in re.findall(r"<(?:script|style)\b[^>]*>", text)]
    assert [tag for tag in tags if "url_for('static'" not in tag and "nonce=" not in tag] == []


def test_nothing_is_loaded_from_another_host() -> None:
    assert offenders(r"""(?:src|href|srcset|action)=["'](?:https?:)?//""") == []


def test_links_lead_to_endpoints_that_are_there(building: Flask) -> None:
    known = building.view_functions
    assert [(n, one) for n, text in TEXTS.items() for one in ENDPOINT.findall(text) if one not in known] == []
    sources = {path.name: path.read_text(encoding="utf-8") for path in APP.rglob("*.py")}
    assert [(n, one) for n, text in sources.items() for one in ENDPOINT.findall(text) if one not in known] == []


def test_every_form_that_changes_something_carries_its_token() -> None:
    for name, text in PAGES.items():
        for form in re.findall(r"<form\b[^>]*\bmethod=\"post\".*?</form>", text, flags=re.DOTALL | re.IGNORECASE):
            assert "csrf_token" in form or "hidden_fields(" in form, (name, form[:200])


def test_every_icon_is_in_the_sprite() -> None:
    listed = set((APP / "static" / "icons.txt").read_text().split())
    named = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']|symbol=["']([a-z0-9-]+)["']""")
    used = {one for text in PAGES.values() for pair in named.findall(text) for one in pair if one}
    assert used
    assert used - listed == set()


def test_files_that_pages_load_are_there() -> None:
    loaded = re.compile(r"""url_for\(\s*["']static["'],\s*filename=["']([\w./-]+)["']""")
    files = {file for text in PAGES.values() for file in loaded.findall(text)}
    assert files
    assert [f for f in files if not f.startswith("vendor/") and not (APP / "static" / f).is_file()] == []


def test_nothing_is_written_into_a_page_unescaped() -> None:
    """No template turns escaping off, and code marks as safe only what templates or the two drawings gave it."""
    for name, text in TEXTS.items():
        assert not re.search(r"\|\s*safe\b|autoescape|\bMarkup\b", text), name
    assert set(markup_of_values()) == KNOWN_MARKUP


# Rendered templates and their texts; the catalogue's own sentences; QR codes drawn from an address.
KNOWN_MARKUP = {
    ("catalogue/views/telling.py", "render_template(template, **find())"),
    ("departures/views/visitors.py", "render_template('departures/_departure_head.html', **words)"),
    ("departures/views/visitors.py", "render_template('departures/_departure_text.html', **words)"),
    (
        "catalogue/views/visitors.py",
        "render_template('catalogue/_found.html', query=query[:LONGEST_QUERY], words=words, page=page, found=found)",
    ),
    (
        "departures/views/packages.py",
        "render_template('departures/_compared.html', compared=compared, more=more, room=room)",
    ),
    (
        "departures/views/visitors.py",
        "render_template('departures/_home.html', offers=offers, maps=maps, plans=PLANS_IN_WORDS)",
    ),
    ("departures/views/visitors.py", "text"),
    ("web/codes.py", "code.svg_inline(border=4, light='white', omitsize=True, svgclass='qr-code', lineclass=None)"),
    ("web/languages.py", "worded"),
}


def markup_of_values() -> Iterator[tuple[str, str]]:
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert name not in ("render_template_string", "from_string"), path
            if name == "Markup" and node.args and not isinstance(node.args[0], ast.Constant):
                yield path.relative_to(APP).as_posix(), ast.unparse(node.args[0])


def test_every_template_is_of_a_kind_that_is_escaped_or_is_plain_text() -> None:
    assert {path.suffix for path in TEMPLATES.rglob("*") if path.is_file()} <= {".html", ".txt"}
