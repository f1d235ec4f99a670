"""What has to be so before the processes start: engines that answer, a migrated database, the demo, once.

One process does it all, since starting Python with the application is what costs time. It writes its answer, as JSON,
into the file it is given: the demo's sign-ins, or the trouble in a sentence.
"""

import json
import sys
import traceback
from pathlib import Path

import flask_migrate
from flask.cli import ScriptInfo
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from exchange_app.catalogue import search
from exchange_app.core import broker
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.demo.accounts import sign_ins
from launcher.addresses import without_password
from launcher.errors import Trouble
from wsgi import app


def main() -> None:
    answer: dict[str, object]
    try:
        answer = {"sign_ins": prepare()}
    except Trouble as trouble:
        answer = {"trouble": str(trouble)}
    except Exception as error:
        traceback.print_exc()
        reason = f"{type(error).__name__}: {first_line(error)}"
        answer = {"trouble": f"the data cannot be prepared ({reason}); log/prepare.log has more."}
    Path(sys.argv[1]).write_text(json.dumps(answer))


def prepare() -> list[list[str]]:
    """The demo's sign-ins as role, e-mail and password; none where there is no demo. Raises Trouble."""
    reach_broker(app.config["REDIS_URL"])
    with app.app_context():
        reach_database(app.config["SQLALCHEMY_DATABASE_URI"])
        migrate()
        with transaction():
            search.fill_if_empty()
    if not app.config["DEMO"]:
        return []
    app.cli.main(["demo", "load"], obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
    with app.test_request_context():
        return [[str(word) for word in sign_in] for sign_in in sign_ins()]


def reach_broker(url: str) -> None:
    try:
        broker.ping()
    except broker.BrokerUnreachable as error:
        raise Trouble(f"the broker of REDIS_URL ({without_password(url)}) does not answer ({error}).") from None


def reach_database(url: str) -> None:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise Trouble(
            f"the database of DATABASE_URL ({without_password(url)}) does not answer: {first_line(reason)}."
        ) from None


def migrate() -> None:
    try:
        flask_migrate.upgrade()
    except SystemExit:  # Flask-Migrate has logged why
        raise Trouble("the database cannot be migrated; is it from a newer version of this program?") from None


def first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


if __name__ == "__main__":
    main()
