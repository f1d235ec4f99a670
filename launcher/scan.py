"""`make scan`: a scanner that nobody here wrote goes over a fresh demo site, as somebody who is signed in.

Wapiti is no part of the application: it has an environment of its own, speaks to 127.0.0.1 alone, and leaves out the
modules that ask other hosts. What it finds above "informational" and docs/security.md does not answer ends this with
status 1.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from launcher import processes
from launcher.errors import Trouble
from launcher.run import readiness
from launcher.settings import ROOT, Settings
from launcher.steps import WORKSHOP, do, say

SCANNER = "wapiti3==3.2.3"
FOLDER = WORKSHOP / "scanner"
SITE = WORKSHOP / "scanned"
STARTING = 120.0  # seconds

VISITOR = "visitor"
PASSWORD = "exchange-demo-2026"
MODULES = (
    "backup,brute_login_form,buster,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,"
    "permanentxss,redirect,shellshock,spring4shell,sql,timesql,upload,xss,xxe"
)
# What would end the scanner's own sign-in.
LEFT_OUT = ("/sign-out", "/account/password", "/account/sign-ins/*", "/account/other-sign-ins/*")
# What the demo's page for signing in would make of a visitor: somebody who is signed in.
LEFT_OUT_FOR_VISITORS = ("/sign-in*",)
CRAWLS_SECONDS, ATTACKS_SECONDS = 300, 90  # all pages; with each module


# Kinds of findings that docs/security.md answers, under "What the scanner says".
ANSWERED = {"LDAP Injection", "Secure Flag cookie", "Backup file"}


@dataclass(frozen=True)
class Finding:
    """``level`` is 0 for what is told for information only."""

    kind: str
    level: int
    where: str
    parameter: str
    info: str

    @property
    def is_open(self) -> bool:
        return self.level > 0 and self.kind not in ANSWERED


def findings(report: Mapping[str, Any]) -> Iterator[Finding]:
    """What the scanner's report tells, the worst first."""
    told = [
        Finding(kind, one["level"], f"{one['method']} {one['path']}", one["parameter"] or "", one["info"])
        for part in ("vulnerabilities", "anomalies", "additionals")
        for kind, found in report[part].items()
        for one in found
    ]
    yield from sorted(told, key=lambda one: (-one.level, one.kind, one.where))


def scan(settings: Settings, who: str, report: Path) -> None:
    """Raises Trouble."""
    address = f"http://127.0.0.1:{settings.port}/"
    shutil.rmtree(FOLDER / "session", ignore_errors=True)
    command: list[str | Path] = [FOLDER / "bin" / "wapiti", "--url", address, "--scope", "folder"]
    command += ["--module", MODULES, "--endpoint", address]  # where injected requests would be seen
    command += ["--max-scan-time", str(CRAWLS_SECONDS), "--max-attack-time", str(ATTACKS_SECONDS)]
    command += ["--max-links-per-page", "60", "--max-files-per-dir", "12", "--tasks", "4", "--timeout", "10"]
    command += ["--store-session", FOLDER / "session", "--store-config", FOLDER / "config", "--flush-session"]
    command += ["--no-bugreport", "--format", "json", "--output", report, "--verbose", "1"]
    command += ["--header", "Accept-Language: en", "--dns-endpoint", "localhost"]
    left_out = LEFT_OUT_FOR_VISITORS if who == VISITOR else LEFT_OUT
    command += [word for path in left_out for word in ("--exclude", f"{address.rstrip('/')}{path}")]
    if who != VISITOR:
        command += ["--form-url", f"{address}sign-in", "--form-user", who, "--form-password", PASSWORD]
    do(f"scanning {address} as {who}, which takes up to half an hour", command)
    if not report.exists():
        raise Trouble("the scanner wrote no report; the full output is in .setup-stamps/set-up.log.")


def install() -> None:
    installed = FOLDER / "installed"
    if installed.exists() and installed.read_text() == SCANNER:
        return
    do("making an environment for the scanner", [sys.executable, "-m", "venv", "--clear", FOLDER])
    do(f"installing {SCANNER}", [FOLDER / "bin" / "python", "-m", "pip", "install", "--no-input", SCANNER])
    installed.write_text(SCANNER)


@contextmanager
def fresh_demo(settings: Settings) -> Iterator[None]:
    """The site at work over a demo that nobody has used. Raises Trouble."""
    shutil.rmtree(settings.data, ignore_errors=True)
    settings.data.mkdir(parents=True)
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(settings.port), "DATA_DIR": str(settings.data)}
    environment |= {"DEMO": "1", "PUBLIC_URL": settings.public_url, "DATABASE_URL": "", "REDIS_URL": "", "SMTP_URL": ""}
    log = settings.data / "run.log"
    site = processes.start([sys.executable, "-m", "launcher.run"], log=log, environment=environment, folder=ROOT)
    try:
        deadline = time.monotonic() + STARTING
        while readiness(settings) != "ready":
            if site.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"the demo site does not start: {processes.last_words(log)}")
            time.sleep(0.5)
        yield
    finally:
        processes.stop([site], 15)


def main() -> int:
    who = sys.argv[1] if len(sys.argv) > 1 else "leader.nanning@demo.example"
    port = processes.free_port()
    here = replace(Settings.from_environment({}), port=port, data=SITE, public_url=f"http://127.0.0.1:{port}")
    report = WORKSHOP / f"scan-{who.partition('@')[0]}.json"
    report.unlink(missing_ok=True)
    try:
        install()
        with fresh_demo(here):
            scan(here, who, report)
    except (Trouble, subprocess.SubprocessError) as trouble:
        print(f"Not scanned: {trouble}", file=sys.stderr)
        return 1
    found = list(findings(json.loads(report.read_text())))
    for one in found:
        print(f"level {one.level}: {one.kind}, {one.where} {one.parameter}\n  {one.info}")
    serious, still_open = sum(one.level > 0 for one in found), sum(one.is_open for one in found)
    say(f"{len(found)} findings, {serious} above informational, {still_open} of them without an answer ({report}).")
    return 1 if still_open else 0


if __name__ == "__main__":
    sys.exit(main())
