"""`make backup` and `make restore`, on a data folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import engines
from launcher.folder import DataFolder
from launcher.settings import ROOT, Settings


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> DataFolder:
    """As `make run` leaves it."""
    folder = DataFolder(tmp_path / "data")
    with folder.held():
        shutil.copy(sqlite_template, folder.path / "exchange.sqlite3")
    return folder


def command(folder: DataFolder, *words: str) -> subprocess.CompletedProcess[str]:
    left_out = ("DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"DATA_DIR": str(folder.path), "DEMO": "0"}
    program = [sys.executable, "-m", "launcher.command", *words]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_backup_is_made_and_comes_back_but_not_under_a_running_site(folder: DataFolder) -> None:
    made = command(folder, "backup", "create")
    assert made.returncode == 0, made.stderr
    [file] = (folder.path / "backups").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    with folder.held():
        refused = command(folder, "backup", "restore", str(file), "--replace", "--yes")
    assert refused.returncode == 1
    assert "is in use by another start" in refused.stderr
    restored = command(folder, "backup", "restore", str(file), "--replace", "--yes")
    assert restored.returncode == 0, restored.stderr
    assert "Letters are paused" in restored.stdout


def test_the_key_of_backups_is_given_to_no_service(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEY", "from-the-operator's-own-environment")
    settings = Settings.from_environment({"DATA_DIR": str(folder.path)})
    environment = engines.environment(settings, folder)
    assert "BACKUP_KEY" not in environment
    assert "FIELD_KEYS" in environment
