"""The clock knows every task by name, and nothing else."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from launcher.settings import ROOT
from tasks.app import JOBS, celery
from tasks.schedule import SCHEDULE
from tests.settings import environment


def test_every_task_is_on_the_schedule_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(REDIS_URL="redis://127.0.0.1").items():
        monkeypatch.setenv(name, value)
    for module in JOBS:
        importlib.import_module(module)
    ours = {name for name in celery.tasks if not name.startswith("celery.")}
    assert ours == {entry["task"] for entry in SCHEDULE.values()}


def test_a_tick_that_nobody_heard_is_gone_before_the_next() -> None:
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in SCHEDULE.values())


def test_the_clock_does_not_load_the_application() -> None:
    look = "import sys; from tasks.schedule import celery; celery.conf.beat_schedule; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", look], env=environment(REDIS_URL="redis://127.0.0.1"), cwd=ROOT, capture_output=True
    )
    loaded = answer.stdout.decode().split()
    assert "tasks.schedule" in loaded
    assert not {"flask", "sqlalchemy", "exchange_app.factory"} & set(loaded)
