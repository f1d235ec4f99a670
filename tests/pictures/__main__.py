"""`make pictures`: a picture of every page, as everybody who may see it, in both languages, at three widths and in the
dark; var/pictures/index.html shows them all."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from launcher.browser import find_browser
from launcher.settings import ROOT
from tests.browser.conftest import QUIETLY
from tests.launcher.test_run import Run
from tests.pictures.pages import PEOPLE, Address, find_pages, make_pages, sign_in

FOLDER = ROOT / "var" / "pictures"
WIDTHS = (360, 768, 1280)
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
IN_THE_DARK = 360


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    wanted = sys.argv[1:]
    with running_demo() as site, browser() as chromium:
        addresses = [one for one in find_all(chromium, site) if not wanted or one.name in wanted]
        for language in LANGUAGES:
            take_pictures(chromium, site, addresses, language)
    write_index(addresses)
    print(f"{len(addresses)} pages: {FOLDER / 'index.html'}")


@contextmanager
def running_demo() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        run.wait_until_ready()
        yield f"http://127.0.0.1:{run.port}"
        run.end()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_browser(), chromium_sandbox=False, args=list(QUIETLY)
        )
        yield chromium
        chromium.close()


def find_all(chromium: Browser, site: str) -> list[Address]:
    found: list[Address] = []
    for person in PEOPLE:
        context = chromium.new_context(base_url=site, locale="zh-CN")
        sign_in(context, person)
        for_everybody = {address.name for address in found if address.person == "visitor"}
        found += [address for address in find_pages(context, person) if address.name not in for_everybody]
        if person == "leader":
            found += make_pages(context.new_page())
        context.close()
    return found


def take_pictures(chromium: Browser, site: str, addresses: list[Address], language: str) -> None:
    for person in PEOPLE:
        context = chromium.new_context(base_url=site, locale=LANGUAGES[language])
        sign_in(context, person)
        page = context.new_page()
        page.goto("/account" if PEOPLE[person] else "/")
        if not (page.locator("html").get_attribute("lang") or "").startswith(language):
            page.locator("button[name=language]").first.click()
        for address in addresses:
            if address.person != person:
                continue
            page.goto(address.path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.screenshot(
                    path=FOLDER / picture(address, language, str(width)), full_page=True, animations="disabled"
                )
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size({"width": IN_THE_DARK, "height": 800})
            page.screenshot(path=FOLDER / picture(address, language, "dark"), full_page=True, animations="disabled")
            page.emulate_media(color_scheme="light")
        context.close()


def picture(address: Address, language: str, kind: str) -> str:
    return f"{address.person}-{address.name}-{address.number}-{language}-{kind}.png"


def write_index(addresses: list[Address]) -> None:
    kinds = [(language, kind) for language in LANGUAGES for kind in (*map(str, WIDTHS), "dark")]
    rows = "".join(
        f"<h2>{escape(address.person)}: {escape(address.name)} <small>{escape(address.path)}</small></h2>"
        + "".join(thumbnail(picture(address, *kind)) for kind in kinds)
        for address in addresses
    )
    (FOLDER / "index.html").write_text(f"<!doctype html><meta charset='utf-8'><title>Pictures</title>{rows}")


def thumbnail(name: str) -> str:
    return f'<a href="{name}"><img src="{name}" loading="lazy" height="420" alt=""></a> '


main()
