"""The sentences' translations, compiled from .po to .mo."""

from launcher.environment import PYTHON
from launcher.stamps import Stamp
from launcher.steps import ROOT, WORKSHOP, do

TRANSLATIONS = ROOT / "exchange_app" / "translations"


def compile_all() -> None:
    catalogues = list(TRANSLATIONS.rglob("*.po"))
    stamp = Stamp(WORKSHOP / "translations", catalogues)
    if stamp.is_current() and all(catalogue.with_suffix(".mo").exists() for catalogue in catalogues):
        return
    do(
        "compiling translations",
        [PYTHON, "-m", "babel.messages.frontend", "compile", "--directory", TRANSLATIONS],
    )
    stamp.write()
