"""Part of `make check`: whether a weakness is known of anything that the requirements and package-lock.json name.

Three ends, told apart: a weakness is known, and the check fails; all was asked for and none is known; or nobody could
be asked, here or now, and then that is said and the check goes on, because a machine without a network must be able to
work. A mirror that has no advisories answers like an index that knows none of the packages: that is the third end too.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.environment import PYTHON, REQUIREMENTS
from launcher.frontend import npm_of_this_machine
from launcher.processes import Command
from launcher.settings import ROOT

LIMIT = 30.0  # seconds
PIP_AUDIT: Command = [
    *(PYTHON, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "10"),
    *("--require-hashes", "--disable-pip"),
    *("--requirement", REQUIREMENTS / "run.txt", "--requirement", REQUIREMENTS / "dev.txt"),
]
NPM_AUDIT = ("audit", "--package-lock-only", "--json", "--no-update-notifier")


@dataclass(frozen=True)
class Finding:
    """``asked`` of ``named`` packages could be asked for; ``weak`` says what is known against which."""

    what: str
    named: int
    asked: int
    weak: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        if self.weak:
            return "\n".join(
                [f"{self.what}: {len(self.weak)} weaknesses are known:", *(f"  {one}" for one in self.weak)]
            )
        if not self.asked:
            return f"{self.what}: NOTHING IS KNOWN about weaknesses: no list of advisories could be asked from here."
        if self.asked < self.named:
            return (
                f"{self.what}: no weakness is known of {self.asked} packages; {self.named - self.asked} are not listed."
            )
        return f"{self.what}: no weakness is known of {self.asked} packages."


def judge_python(answer: str) -> Finding:
    """What pip-audit answered, which is nothing where it gave up."""
    packages: list[dict[str, Any]] = _read(answer).get("dependencies", [])
    asked = [package for package in packages if "vulns" in package]
    return Finding("Python packages", len(packages), len(asked), tuple(_of_python(asked)))


def _of_python(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        for one in package["vulns"]:
            better = ", ".join(one.get("fix_versions", [])) or "no version yet"
            yield f"{package['name']} {package['version']}: {one['id']} (mended in {better})"


def judge_npm(answer: str) -> Finding:
    """What npm answered; it tells of an error where a registry has no advisories."""
    report = _read(answer)
    if "metadata" not in report:
        return Finding("npm packages", 0, 0)
    named = int(report["metadata"]["dependencies"]["total"])
    weak = [f"{name}: {one['severity']} ({one['range']})" for name, one in report["vulnerabilities"].items()]
    return Finding("npm packages", named, named, tuple(weak))


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def ask(command: Command) -> str:
    """What it says within the time limit; "" where it does not come to an end."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT).stdout
    except subprocess.TimeoutExpired:
        return ""


def main() -> int:
    npm: list[str | Path] | None = npm_of_this_machine()
    found = [judge_python(ask(PIP_AUDIT)), judge_npm(ask([*npm, *NPM_AUDIT]) if npm else "")]
    for one in found:
        print(f"Advisories: {one.words}")
    return 1 if any(one.weak for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
