"""Known weaknesses of what we use: the three ends are told apart. The answers are such as the programs gave."""

from __future__ import annotations

import json
import sys

import pytest

from launcher import advisories
from launcher.advisories import Finding, ask, judge_npm, judge_python

NOT_FOUND = "Dependency not found on PyPI and could not be audited: {} (1.0)"
SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
UNLISTED = {"name": "amqp", "skip_reason": NOT_FOUND.format("amqp")}
WEAK = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"], "aliases": ["CVE-2014-1402"], "description": "…"},
        {"id": "PYSEC-2019-217", "fix_versions": [], "aliases": [], "description": "…"},
    ],
}
NPM_SOUND = {"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"dependencies": {"prod": 12, "total": 12}}}
NPM_WEAK = NPM_SOUND | {"vulnerabilities": {"htmx.org": {"severity": "high", "range": "<1.9.12"}}}
NPM_ERROR = {"message": "404 Not Found - POST", "method": "POST", "error": {"summary": "", "detail": ""}}


def pip_audit(*packages: object) -> Finding:
    return judge_python(json.dumps({"dependencies": packages, "fixes": []}))


def test_a_weakness_fails_the_check_and_says_what_mends_it() -> None:
    found = pip_audit(SOUND, UNLISTED, WEAK)
    assert len(found.weak) == 2
    assert "jinja2 2.4.1: PYSEC-2014-8 (mended in 2.7.2)" in found.words
    assert "no version yet" in found.words


def test_where_all_are_known_and_sound_it_says_so() -> None:
    assert pip_audit(SOUND, SOUND).words == "Python packages: no weakness is known of 2 packages."
    assert pip_audit(SOUND, UNLISTED).words.endswith("of 1 packages; 1 are not listed.")
    assert judge_npm(json.dumps(NPM_SOUND)).words == "npm packages: no weakness is known of 12 packages."


@pytest.mark.parametrize("answer", ["", "Traceback …", "[]", "{}", json.dumps({"dependencies": [UNLISTED] * 3})])
def test_where_nobody_could_be_asked_that_is_said_and_not_that_all_is_well(answer: str) -> None:
    found = judge_python(answer)
    assert found.weak == ()
    assert "NOTHING IS KNOWN" in found.words


def test_the_same_of_the_front_end() -> None:
    assert judge_npm(json.dumps(NPM_WEAK)).weak == ("htmx.org: high (<1.9.12)",)
    for answer in ("", json.dumps(NPM_ERROR)):
        assert "NOTHING IS KNOWN" in judge_npm(answer).words


def test_nobody_waits_longer_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisories, "LIMIT", 0.2)
    assert ask([sys.executable, "-c", "import time; print('{}', flush=True); time.sleep(60)"]) == ""


@pytest.mark.parametrize(("package", "status"), [(WEAK, 1), (SOUND, 0), (UNLISTED, 0)])
def test_the_check_ends_as_what_was_found_says(
    monkeypatch: pytest.MonkeyPatch, package: object, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = json.dumps({"dependencies": [package]})
    monkeypatch.setattr(advisories, "PIP_AUDIT", [sys.executable, "-c", f"print({answer!r})"])
    monkeypatch.setattr(advisories, "npm_of_this_machine", lambda: None)
    assert advisories.main() == status
    assert "Python packages" in capsys.readouterr().out
