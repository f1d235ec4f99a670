"""What the data folder keeps between two starts, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config import SECRETS
from launcher.errors import Trouble
from launcher.folder import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "var")
    with folder.held():
        return folder


def test_secrets_are_made_once_and_readable_by_their_owner_alone(folder: DataFolder) -> None:
    secrets = folder.secrets()
    assert set(SECRETS) <= set(secrets)
    assert DataFolder(folder.path).secrets() == secrets
    assert (folder.path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_two_folders_have_different_secrets(folder: DataFolder, tmp_path: Path) -> None:
    other = DataFolder(tmp_path / "other")
    with other.held():
        assert not set(other.secrets().values()) & set(folder.secrets().values())


def test_a_rotation_adds_one_key_however_often_it_is_begun_and_leaves_one(folder: DataFolder) -> None:
    before = folder.secrets()
    for _ in range(2):
        folder.begin_rotation()
    first, second = folder.secrets()["FIELD_KEYS"].split(",")
    assert (first, second.partition(":")[0]) == (before["FIELD_KEYS"], "2")
    retired = folder.end_rotation()
    assert folder.secrets() == {**before, "FIELD_KEYS": second}
    assert json.loads(retired.read_text()) == {"1": first.removeprefix("1:")}
    assert retired.stat().st_mode & 0o777 == 0o600


def test_another_database_than_the_one_with_the_data_is_refused(folder: DataFolder) -> None:
    folder.remember_database(f"sqlite:///{folder.path}/exchange.sqlite3")
    with pytest.raises(Trouble, match=r"the file exchange\.sqlite3 .* would use postgres://db\.example/exchange"):
        folder.check_database("postgresql+psycopg://app:hidden@db.example/exchange")


def test_the_same_database_by_another_driver_user_or_password_is_taken(folder: DataFolder) -> None:
    folder.remember_database("postgres://app:hidden@db.example/exchange")
    folder.check_database("postgresql+psycopg://owner:other@db.example/exchange")


def test_two_servers_behind_sockets_are_not_the_same(folder: DataFolder) -> None:
    folder.remember_database("postgresql+psycopg://app:hidden@/exchange?host=%2Frun%2Fone")
    with pytest.raises(Trouble, match="postgres:///run/one/exchange"):
        folder.check_database("postgresql+psycopg://app:hidden@/exchange?host=%2Frun%2Ftwo")


def test_a_password_is_not_written_down(folder: DataFolder) -> None:
    folder.remember_database("postgresql://app:hidden@db.example/exchange")
    assert "hidden" not in (folder.path / "engines.json").read_text()


def test_a_folder_that_was_moved_is_still_the_same(folder: DataFolder, tmp_path: Path) -> None:
    folder.remember_database(f"sqlite:///{folder.path}/exchange.sqlite3")
    moved = folder.path.rename(tmp_path / "elsewhere")
    DataFolder(moved).check_database(f"sqlite:///{moved}/exchange.sqlite3")


def test_a_second_start_on_the_same_folder_is_refused(folder: DataFolder) -> None:
    with folder.held(), pytest.raises(Trouble, match="in use by another start"), DataFolder(folder.path).held():
        pass


def test_the_broker_keeps_its_port(folder: DataFolder) -> None:
    assert folder.choose_broker_port() == folder.choose_broker_port() == folder.broker_port()


def test_the_last_three_logs_stay(folder: DataFolder) -> None:
    for start in range(6):
        folder.rotate("web")
        folder.log("web").write_text(f"start {start}")
    kept = {log.name: log.read_text() for log in (folder.path / "log").glob("web*")}
    assert kept == {"web.log": "start 5", "web.log.1": "start 4", "web.log.2": "start 3", "web.log.3": "start 2"}
