"""How the set-up does something: a short line for people, everything else into a log."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from launcher.errors import Trouble
from launcher.processes import Command

ROOT = Path(__file__).resolve().parent.parent
WORKSHOP = ROOT / ".setup-stamps"
LOG = WORKSHOP / "set-up.log"


def say(line: str) -> None:
    print(f"Set-up: {line}", flush=True)


def succeeds(command: Command, environment: Mapping[str, str] | None = None) -> bool:
    """Run a command in the checkout with its output in the log; a command that does not exist has not succeeded."""
    with LOG.open("a") as log:
        log.write("\n$ " + " ".join(str(word) for word in command) + "\n")
        log.flush()
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        except OSError as error:
            log.write(f"{error}\n")
            return False
        return done.returncode == 0


def do(what: str, command: Command, environment: Mapping[str, str] | None = None) -> None:
    """Say what is being done and do it. Raises Trouble, with the log's last words, when the command fails."""
    say(f"{what} …")
    if not succeeds(command, environment):
        last_words = LOG.read_text(errors="replace").strip().splitlines()[-1]
        raise Trouble(f"{what} failed ({last_words.strip()[:200]}); the full output is in {LOG.relative_to(ROOT)}.")
