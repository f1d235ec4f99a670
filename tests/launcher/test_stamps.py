"""A set-up step is done once for what it is made from, and by one set-up at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from launcher.stamps import Stamp, only_one_at_a_time


def test_a_stamp_holds_until_an_input_changes(tmp_path: Path) -> None:
    requirements = tmp_path / "run.txt"
    requirements.write_text("flask==3.1.3")
    stamp = Stamp(tmp_path / "made" / "stamp", [requirements])
    assert not stamp.is_current()
    stamp.write()
    assert stamp.is_current()
    requirements.write_text("flask==3.1.4")
    assert not stamp.is_current()


def test_two_set_ups_come_one_after_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = []

    def second() -> None:
        with only_one_at_a_time(tmp_path / "lock", "waiting …"):
            order.append("second")

    thread = threading.Thread(target=second)
    with only_one_at_a_time(tmp_path / "lock", "waiting …"):
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    assert capsys.readouterr().out == "waiting …\n"
