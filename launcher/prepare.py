"""What has to be so before the processes start: engines that answer, a migrated database, the demo, once.

One process does it all, since starting Python with the application is what costs time. It writes its answer, as JSON,
into the file it is given: the demo's sign-ins, or the trouble in a sentence.
"""

import json
import sys
from pathlib import Path

import flask_migrate
import redis
from flask.cli import ScriptInfo
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from exchange_app.core.database import db
from exchange_app.demo.accounts import sign_ins
from launcher.errors import Trouble
from wsgi import app

PATIENCE = 3  # seconds for the broker to answer


def main() -> None:
    answer: dict[str, object]
    try:
        answer = {"sign_ins": prepare()}
    except Trouble as trouble:
        answer = {"trouble": str(trouble)}
    Path(sys.argv[1]).write_text(json.dumps(answer))


def prepare() -> list[list[str]]:
    """The demo's sign-ins as role, e-mail and password; none where there is no demo. Raises Trouble."""
    reach_broker(app.config["REDIS_URL"])
    with app.app_context():
        reach_database(app.config["SQLALCHEMY_DATABASE_URI"])
        migrate()
    if not app.config["DEMO"]:
        return []
    app.cli.main(["demo", "load"], obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
    with app.test_request_context():
        return [[str(word) for word in sign_in] for sign_in in sign_ins()]


def reach_broker(url: str) -> None:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        return
    try:
        redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE).ping()
    except (redis.RedisError, ValueError) as error:
        where = url.rpartition("@")[2].removeprefix("redis://")
        raise Trouble(f"the Redis of REDIS_URL ({where}) does not answer: {first_line(error)}.") from None


def reach_database(url: str) -> None:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        where = make_url(url).render_as_string(hide_password=True)
        raise Trouble(f"the database of DATABASE_URL ({where}) does not answer: {first_line(reason)}.") from None


def migrate() -> None:
    try:
        flask_migrate.upgrade()
    except SystemExit:  # Flask-Migrate has logged why
        raise Trouble("the database cannot be migrated; is it from a newer version of this program?") from None


def first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


if __name__ == "__main__":
    main()
