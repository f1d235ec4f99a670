"""The web server, which loads the application before it divides: what its processes never change lies in memory once.

Arguments are Granian's: `python -m launcher.web wsgi:app --workers 2 …`.
"""

import runpy
import sys

from launcher.copies import CAN_COPY, load_application

if __name__ == "__main__":
    sys.path.insert(0, "")
    if CAN_COPY:  # elsewhere each process loads its own
        load_application()
    runpy.run_module("granian", run_name="__main__", alter_sys=True)
