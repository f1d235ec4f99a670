"""The Python environment in .venv: made from the Python that runs the set-up, filled from requirements/*.txt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.errors import Trouble
from launcher.packages import debian_can_install, install_debian_packages
from launcher.processes import Command
from launcher.stamps import Stamp
from launcher.steps import ROOT, do, say, succeeds

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"


def ensure() -> None:
    """Make .venv unless it is there, works, and belongs to the Python that is running."""
    if not _belongs_to_this_python():
        _create()


def install_run() -> None:
    _install("run")


def install_dev() -> None:
    _install("dev")
    _stamp("run").write()  # dev.txt holds all of run.txt, in the same versions


def install_node() -> None:
    _install("node")


def _belongs_to_this_python() -> bool:
    if Path(sys.prefix).resolve() == VENV:
        return True
    question: Command = [PYTHON, "-c", "import sys; print(sys.base_prefix, sys.version)"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.strip() == f"{sys.base_prefix} {sys.version}"


def _create() -> None:
    say(f"making the Python environment .venv with Python {sys.version.split()[0]} …")
    VENV.mkdir(exist_ok=True)  # raises PermissionError here rather than somewhere inside an attempt
    for attempt in (_create_with_venv, _create_with_virtualenv, _create_without_pip, _create_after_installing_venv):
        shutil.rmtree(VENV, ignore_errors=True)
        try:
            if attempt():
                return
        except KeyboardInterrupt:
            shutil.rmtree(VENV, ignore_errors=True)
            raise
    raise Trouble(
        f"this Python cannot make a virtual environment: install the package {_venv_package()}"
        f" (Debian, Ubuntu: apt-get install {_venv_package()}) and start again."
    )


def _create_with_venv() -> bool:
    return succeeds([sys.executable, "-m", "venv", VENV])


def _create_with_virtualenv() -> bool:
    return succeeds([sys.executable, "-m", "virtualenv", VENV])


def _create_without_pip() -> bool:
    """Good enough where this Python has a pip that can work on another environment (22.3 or newer)."""
    return succeeds([sys.executable, "-m", "venv", "--without-pip", VENV]) and succeeds([*_pip_from_outside(), "list"])


def _create_after_installing_venv() -> bool:
    return debian_can_install() and install_debian_packages(_venv_package()) and _create_with_venv()


def _venv_package() -> str:
    return f"python3.{sys.version_info.minor}-venv"


def _install(name: str) -> None:
    if _stamp(name).is_current():
        return
    options = ["--disable-pip-version-check", "--no-input", "--require-hashes"]
    do(
        f"installing Python packages (requirements/{name}.txt)",
        [*_pip(), "install", *options, "--requirement", REQUIREMENTS / f"{name}.txt"],
    )
    _stamp(name).write()


def _stamp(name: str) -> Stamp:
    return Stamp(VENV / f"installed-{name}", [REQUIREMENTS / f"{name}.txt"])


def _pip() -> list[str | Path]:
    own: list[str | Path] = [PYTHON, "-m", "pip"]
    return own if succeeds([*own, "--version"]) else _pip_from_outside()


def _pip_from_outside() -> list[str | Path]:
    outside = os.path.realpath(PYTHON)
    return [outside, "-m", "pip", "--python", PYTHON]
