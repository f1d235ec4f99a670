"""The grammar of the house: which files a feature may have, and that none grows too long.

A file that is no part of the grammar is a subject of its own and stands below, so that adding one is a decision.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "exchange_app"
LONGEST = 400
GRAMMAR = {
    "__init__", "errors", "rules", "models", "queries", "service", "letters", "labels", "forms", "schemas", "views",
    "api", "commands",
}  # fmt: skip
SUBJECTS = {
    "audit": {"key_commands"},
    "outbox": {
        "delivery", "finding", "inbox", "kinds", "outlets", "pausing", "purging", "reading", "rendering", "resending",
        "times", "transport", "turning", "ways",
    },
    "partners": {"agreements", "counterparts", "offices", "paper_files", "proposals"},
    "accounts": {
        "browsers", "guessing", "invitations", "links", "new_address", "passkeys", "passwords", "regular",
        "second_factors", "sending", "sessions", "ways",
    },
    "catalogue": {
        "composer", "composing", "covers", "photo_form", "photos", "pictures", "recipients", "search", "terms",
    },
    "helpdesk": {"figures", "keeping", "reading", "sending", "working_days"},
    "departures": {"allotments", "audit", "locking", "packages", "seats", "series", "shortages", "slots"},
    "bookings": {
        "approvals", "audit", "calendar", "changes", "feeds", "followers", "holding", "links", "message_sending",
        "messages", "queue", "readers", "reminders", "rescheduling", "sending", "summaries", "summary_sending", "todos",
        "waiting",
    },
    "rosters": {
        "asked", "columns", "disclosures", "exports", "grid", "group_list", "keeping", "masking", "proof", "reading",
        "rows", "sheets", "tables", "template", "unasked", "words", "writing",
    },
    "consents": {"deletions", "wording"},
    "trips": {"arrangements", "disclosures", "incidents", "proposal", "roll", "sending", "survey"},
    "demo": {
        "accounts", "agreements", "groups", "guardians", "helpdesk", "known", "loading", "meetings", "notices",
        "offers", "photos", "places", "publicity", "reading", "reports", "rosters", "samples", "season", "tailored",
        "trips", "visits",
    },
    "retention": {
        "accounts", "affected", "breaches", "drafts", "due", "erasing", "handing_over", "persons", "preview",
        "sending", "workbook", "yearly",
    },
    "backup": {"sealed_file", "tables"},
    "planning": {"agenda", "holidays", "planner", "seasons", "surroundings"},
    "papers": {"todos"},
    "tailored": {"agreement", "fitting", "sending"},
    "noticeboard": {"digest", "feed", "links", "sending"},
    "coordination": {"sending", "waiting"},
    "meetings": {"calendar", "links", "sending", "waiting"},
    "visits": {"calendar", "sending", "table", "waiting"},
    "publicity": {"almanac", "cards", "feed", "links", "sending", "todos", "waiting"},
    "insights": {
        "asking", "bars", "chapters", "drawing", "group_tables", "heat_map", "hiding", "making", "other_tables",
        "pictures", "sankey", "waiting", "workbook",
    },
}  # fmt: skip
NOBODYS_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared", "tools"}
SOURCES = sorted(APP.rglob("*.py"))


def names_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def test_every_feature_is_known() -> None:
    folders = {path.name for path in APP.iterdir() if (path / "__init__.py").exists()}
    assert folders - {"core", "web"} == set(SUBJECTS)


def test_a_feature_has_only_files_of_the_grammar_and_its_subjects() -> None:
    strangers = {feature: names_in(APP / feature) - GRAMMAR - subjects for feature, subjects in SUBJECTS.items()}
    assert {feature: names for feature, names in strangers.items() if names} == {}
    gone = {feature: subjects - names_in(APP / feature) for feature, subjects in SUBJECTS.items()}
    assert {feature: names for feature, names in gone.items() if names} == {}


def test_no_file_is_called_what_anything_could_be_called() -> None:
    assert [path for path in SOURCES if path.stem in NOBODYS_NAMES and "views" not in path.parts] == []


def test_no_file_is_too_long() -> None:
    assert {
        path.name: n for path in SOURCES if (n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    } == {}


def test_every_file_says_what_it_is_about() -> None:
    assert [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_only_the_edge_asks_what_time_it_is() -> None:
    below = {"rules", "models", "queries", "service", "letters"}
    asking = [
        path
        for path in SOURCES
        if below & {path.stem, *path.relative_to(APP).parts} and "core.clock" in path.read_text(encoding="utf-8")
    ]
    assert asking == []


def test_nobody_but_the_edge_commits() -> None:
    committing = [path for path in SOURCES if ".commit()" in path.read_text(encoding="utf-8")]
    assert committing == [APP / "core" / "transaction.py"]


def test_services_open_no_transaction() -> None:
    below = {"rules", "models", "queries", "service", "letters"}
    opening = [
        path
        for path in SOURCES
        if below & {path.stem, *path.relative_to(APP).parts}
        and "with transaction()" in path.read_text(encoding="utf-8")
    ]
    assert opening == []
