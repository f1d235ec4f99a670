"""`make rotate-keys`, as whoever types it sees it: one new key, everything sealed with it, the former one put aside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from exchange_app.core.sealing import KeyRing, new_uid, sealed_context
from launcher.folder import DataFolder
from launcher.settings import ROOT


def rotate(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "-m", "launcher.rotate_keys"],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(data), **settings},
        capture_output=True,
        text=True,
    )


def test_everything_opens_with_the_new_key_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    refused = rotate(folder.path)
    assert (refused.returncode, "there is no data" in refused.stderr) == (1, True)
    with folder.held():
        before = folder.secrets()
        refused = rotate(folder.path)
        assert "is in use by another start" in refused.stderr
        assert folder.secrets() == before
    refused = rotate(folder.path, FIELD_KEYS=before["FIELD_KEYS"])
    assert "docs/operating.md tells the steps" in refused.stderr
    assert folder.secrets() == before

    uid = new_uid()
    assert rotate(folder.path).returncode == 0
    second = folder.secrets()
    put_letter(folder.path, uid, KeyRing(second["FIELD_KEYS"], second["INDEX_KEY"]))
    done = rotate(folder.path)
    assert "1 values sealed anew with key 3." in done.stdout, done.stderr
    third = folder.secrets()
    assert third["FIELD_KEYS"].startswith("3:")
    assert {**third, "FIELD_KEYS": ""} == {**before, "FIELD_KEYS": ""}
    ring = KeyRing(third["FIELD_KEYS"], third["INDEX_KEY"])
    assert ring.open(address_of(folder.path, uid), sealed_context("letters", "address", uid)) == "who@test.example"
    assert list(json.loads((folder.path / "retired-keys.json").read_text())) == ["1", "2"]


COLUMNS = (
    *("uid", "address_sealed", "key", "kind", "subject_id", "facts", "language", "state"),
    *("written_at", "due_at", "next_look_at", "attempts", "failures"),
)
LETTERS = sa.table("letters", *map(sa.column, COLUMNS))


def put_letter(data: Path, uid: str, ring: KeyRing) -> None:
    sealed = ring.seal("who@test.example", sealed_context("letters", "address", uid))
    moments = dict.fromkeys(("written_at", "due_at", "next_look_at"), "2027-03-01 00:00:00")
    row = {"key": "one", "kind": "booking_held", "subject_id": 1, "facts": "{}", "language": "en", "state": "pending"}
    with engine_of(data).begin() as connection:
        connection.execute(
            LETTERS.insert().values(uid=uid, address_sealed=sealed, attempts=0, failures=0, **row, **moments)
        )


def address_of(data: Path, uid: str) -> bytes:
    with engine_of(data).connect() as connection:
        return bytes(connection.scalar(sa.select(LETTERS.c.address_sealed).where(LETTERS.c.uid == uid)))


def engine_of(data: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{data / 'exchange.sqlite3'}", poolclass=sa.NullPool)
