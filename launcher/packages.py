"""Packages of the operating system, where it is Debian or a child of it and we are root."""

import os
import shutil

from launcher.steps import say, succeeds

QUIETLY = {"DEBIAN_FRONTEND": "noninteractive"}


def debian_can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_debian_packages(*names: str) -> bool:
    """Whether apt-get could install them; what it said is in the set-up's log."""
    say(f"installing {' and '.join(names)} with apt-get …")
    environment = {**os.environ, **QUIETLY}
    succeeds(["apt-get", "update"], environment)
    return succeeds(["apt-get", "install", "--yes", "--no-install-recommends", *names], environment)
