"""A browser for the browser tests: what is named, what is there, or what may be installed, in this order."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from launcher.errors import Trouble
from launcher.packages import debian_can_install, install_debian_packages
from launcher.steps import WORKSHOP, say, succeeds

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHINESE_FONT = "fonts-noto-cjk"


def find_browser() -> Path:
    """A Chromium or Chrome that starts. Raises Trouble with what to install."""
    if named := os.environ.get("BROWSER_PATH"):
        if _starts(Path(named)):
            return Path(named)
        raise Trouble(f"BROWSER_PATH names {named}, which does not start.")
    for source in (on_this_system, of_playwright, downloaded_now, from_debian_now):
        for browser in source():
            if _starts(browser):
                return browser
    raise Trouble(
        "no browser was found for the browser tests and none could be installed: install Chromium"
        " (Debian: apt-get install chromium fonts-noto-cjk) or name one, as in BROWSER_PATH=/path/to/chrome."
    )


def on_this_system() -> list[Path]:
    return [Path(path) for name in NAMES if (path := shutil.which(name))]


def of_playwright() -> list[Path]:
    """Where Playwright has its own, if it was downloaded before."""
    try:
        with sync_playwright() as playwright:
            return [Path(playwright.chromium.executable_path)]
    except Error:
        return []


def downloaded_now() -> list[Path]:
    say("downloading a browser with Playwright …")
    return of_playwright() if succeeds([sys.executable, "-m", "playwright", "install", "chromium"]) else []


def from_debian_now() -> list[Path]:
    installed = debian_can_install() and install_debian_packages("chromium", CHINESE_FONT)
    return on_this_system() if installed else []


def ensure_chinese_font() -> None:
    """Without one the pages' text is boxes, which no test sees but every screenshot."""
    if not (_has_chinese_font() or (debian_can_install() and install_debian_packages(CHINESE_FONT))):
        say(f"there is no font for Chinese: screenshots will show boxes (Debian: apt-get install {CHINESE_FONT}).")


def _starts(browser: Path) -> bool:
    """Also false for a stub that only says which package to install, or where libraries are missing."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    return lister is not None and bool(subprocess.run([lister, ":lang=zh"], capture_output=True).stdout.strip())


def main() -> int:
    WORKSHOP.mkdir(exist_ok=True)
    try:
        browser = find_browser()
    except Trouble as trouble:
        print(f"Set-up: {trouble}", file=sys.stderr)
        return 1
    ensure_chinese_font()
    say(f"the browser is {browser}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
