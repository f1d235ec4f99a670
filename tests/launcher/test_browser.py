"""Which browser is taken: the one that is named, then the system's, and only one that starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import browser
from launcher.errors import Trouble


def install(folder: Path, name: str, exit_code: int = 0) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_named_one_comes_first(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bin_folder, "chromium")
    named = install(bin_folder, "my-chrome")
    monkeypatch.setenv("BROWSER_PATH", str(named))
    assert browser.find_browser() == named


def test_a_named_one_that_does_not_start_is_told(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bin_folder, "chromium")
    monkeypatch.setenv("BROWSER_PATH", str(bin_folder / "nothing"))
    with pytest.raises(Trouble, match=r"BROWSER_PATH names .*nothing, which does not start"):
        browser.find_browser()


def test_the_systems_browsers_in_their_order(bin_folder: Path) -> None:
    install(bin_folder, "google-chrome")
    chromium = install(bin_folder, "chromium")
    assert browser.find_browser() == chromium


def test_a_stub_that_does_not_start_is_passed_over(bin_folder: Path) -> None:
    install(bin_folder, "chromium-browser", exit_code=1)
    chrome = install(bin_folder, "google-chrome")
    assert browser.find_browser() == chrome


def test_only_then_one_is_fetched(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def source(name: str, found: list[Path]) -> None:
        monkeypatch.setattr(browser, name, lambda: asked.append(name) or found)

    fetched = install(bin_folder, "fetched")
    source("of_playwright", [bin_folder / "not-downloaded"])
    source("downloaded_now", [])
    source("from_debian_now", [fetched])
    assert browser.find_browser() == fetched
    assert asked == ["of_playwright", "downloaded_now", "from_debian_now"]


def test_none_at_all_says_what_to_install(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("of_playwright", "downloaded_now", "from_debian_now"):
        monkeypatch.setattr(browser, source, list)
    with pytest.raises(Trouble, match="apt-get install chromium"):
        browser.find_browser()
