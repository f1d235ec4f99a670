"""`make rotate-keys`: another key for the personal data of this installation, while it is stopped.

What was interrupted goes on where it ended, at the next call; in between the site may run, for both keys are known.
"""

import os
import subprocess
import sys

from launcher import engines
from launcher.errors import Trouble
from launcher.folder import DataFolder
from launcher.processes import Command
from launcher.settings import ROOT, Settings


def main() -> None:
    try:
        settings = Settings.from_environment()
        folder = DataFolder(settings.data)
        if not (settings.data / "secrets.json").exists():
            raise Trouble(f"there is no data in {settings.data} yet: `make run` makes it.")
        with folder.held():
            rotate(settings, folder)
    except Trouble as trouble:
        sys.exit(f"Not done: {trouble}")


def rotate(settings: Settings, folder: DataFolder) -> None:
    """Raises Trouble."""
    folder.check_database(engines.database_url(settings))
    if os.environ.get("FIELD_KEYS") or os.environ.get("FIELD_KEY_IN_USE"):
        raise Trouble("FIELD_KEYS or FIELD_KEY_IN_USE are in the environment: docs/operating.md tells the steps.")
    folder.begin_rotation()
    environment = engines.environment(settings, folder)
    for arguments in (("db", "upgrade"), ("keys", "rotate")):
        command: Command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
            raise Trouble("not everything has the new key yet: call `make rotate-keys` once more.")
    retired = folder.end_rotation()
    print(f"The former key is in {retired}. Backups made until now open only with it:")
    print("keep it with them, apart from the new one, and delete it when they are deleted.")


if __name__ == "__main__":
    main()
