"""The broker of our own keeps its tasks and answers nobody without the password."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from launcher.errors import Trouble
from launcher.valkey import Valkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "a place with a space" / "valkey", secrets.token_hex(16)) as server:
        yield server


def start_again(server: Valkey) -> None:
    server.start()
    server.wait()


def test_tasks_are_kept_over_a_restart(server: Valkey) -> None:
    redis.from_url(server.url).rpush("tasks", "deliver")
    server.stop()
    start_again(server)
    assert redis.from_url(server.url).lrange("tasks", 0, -1) == [b"deliver"]


def test_it_starts_again_after_a_kill(server: Valkey) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    start_again(server)
    assert redis.from_url(server.url).ping()


def test_it_evicts_nothing_and_asks_for_the_password(server: Valkey) -> None:
    assert redis.from_url(server.url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port, retry=None).ping()


def test_the_password_is_in_no_file_and_in_no_list_of_processes(server: Valkey) -> None:
    assert server.process is not None
    assert not any(server.password in str(word) for word in server.process.args)
    for file in server.folder.rglob("*"):
        assert file.is_dir() or server.password.encode() not in file.read_bytes()


def test_a_taken_port_is_told(server: Valkey, tmp_path: Path) -> None:
    second = Valkey(tmp_path / "second", secrets.token_hex(16), server.port)
    second.start()
    with pytest.raises(Trouble, match="Failed listening on port"):
        second.wait()
    second.stop()
