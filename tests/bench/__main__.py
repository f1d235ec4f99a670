"""`make bench` in parts: the site, letters, reminders. `make bench ARGS="--only letters"` takes one of them."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from config import load_settings
from exchange_app.core.database import db
from exchange_app.factory import create_app
from launcher import processes
from launcher.postgres import Postgres
from launcher.valkey import Valkey
from tests.bench import letters, reminders, site
from tests.bench.place import Place
from tests.conftest import migrate
from tests.settings import environment

PARTS = {"site": site.measure, "letters": letters.measure, "reminders": reminders.measure}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="how long each figure of the site is taken")
    options.add_argument("--only", choices=PARTS, action="append", help="a part; may be given several times")
    wanted = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(Path(folder) / "postgres") as postgres,
        Valkey(Path(folder) / "valkey", "benchmark-password") as valkey,
    ):
        for part in wanted.only or PARTS:
            own_folder = Path(folder) / part
            own_folder.mkdir()
            url = postgres.create_database(f"bench_{part}")
            migrate(url)
            measure(part, own_folder, {"DATABASE_URL": url, "REDIS_URL": valkey.url}, wanted.seconds)


def measure(part: str, folder: Path, engines: dict[str, str], seconds: float) -> None:
    port = processes.free_port()
    settings = environment(**engines, PUBLIC_URL=f"http://127.0.0.1:{port}", DATA_DIR=str(folder))
    os.environ.update(settings)
    app = create_app(load_settings())
    with app.app_context():
        PARTS[part](Place(app, folder, settings, port, seconds))
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"measured in {time.monotonic() - began:.0f} s")
