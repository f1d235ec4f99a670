"""Sets this folder up for a purpose (`run`, `test`, `check` or `bench`); what is already there costs nothing.

Runs on a bare Python, with the standard library only.
"""

import subprocess
import sys

from launcher import environment, frontend, translations
from launcher.errors import Trouble
from launcher.stamps import only_one_at_a_time
from launcher.steps import LOG, ROOT, WORKSHOP


def find_browser() -> None:
    subprocess.run([environment.PYTHON, "-m", "launcher.browser"], cwd=ROOT, check=True)


PURPOSES = {
    "run": [environment.install_run, frontend.build, translations.compile_all],
    "check": [environment.install_dev],
    "bench": [environment.install_dev, frontend.build, translations.compile_all],
    "test": [environment.install_dev, frontend.build, translations.compile_all, find_browser],
}


def set_up(purpose: str) -> None:
    """Raises Trouble, or CalledProcessError of a program that has already said what is wrong."""
    WORKSHOP.mkdir(exist_ok=True)
    with only_one_at_a_time(WORKSHOP / "lock", "Set-up: another set-up is at work in this folder; waiting for it …"):
        LOG.write_text("")
        environment.ensure()
        for step in PURPOSES[purpose]:
            step()


def main() -> int:
    try:
        set_up(sys.argv[1])
    except Trouble as trouble:
        print(f"Set-up: {trouble}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"Set-up: this user may not write {error.filename}: use another user or another folder.", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    except KeyboardInterrupt:
        print("Set-up: stopped; the next start goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
