"""The web server, which loads the application before it divides: what its processes never change lies in memory once.

Arguments are Granian's: `python -m launcher.web wsgi:app --workers 2 …`.
"""

import gc
import importlib
import multiprocessing
import runpy
import sys

from sqlalchemy.orm import configure_mappers


def load_application() -> None:
    """What Granian finds loaded when a process of it asks for it. Nothing in it holds a connection yet."""
    sys.path.insert(0, "")
    importlib.import_module("wsgi")
    configure_mappers()
    gc.collect()
    gc.freeze()  # a search for garbage would write to it, and so copy it


if __name__ == "__main__":
    if multiprocessing.get_start_method() == "fork":  # on Linux; elsewhere each process loads its own
        load_application()
    runpy.run_module("granian", run_name="__main__", alter_sys=True)
