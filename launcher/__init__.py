"""What stands behind `make run` and `make test`: the set-up of this folder, the embedded engines, the supervisor."""

import sys

# Here, because an old Python reads this file before any other and must not stumble over newer syntax first.
if sys.version_info < (3, 11):
    sys.exit(
        "Python 3.11 or newer is needed and this is Python %d.%d: install a newer one,"
        " or name one that is there, as in `make run PYTHON=python3.12`." % sys.version_info[:2]
    )
