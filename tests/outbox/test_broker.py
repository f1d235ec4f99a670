"""The broker wakes; when it cannot, nobody waits for it and nothing is lost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from exchange_app.core.broker import Broker, BrokerUnreachable
from launcher.processes import free_port, wait_until
from launcher.valkey import Valkey

AT_ONCE = 0.3  # seconds; the first wake of a process starts a thread


@pytest.fixture
def valkey(valkey_server: Valkey) -> Iterator[Redis]:
    with Redis.from_url(valkey_server.url) as redis:
        redis.flushall()
        yield redis


def waiting(redis: Redis) -> int:
    return int(redis.llen("exchange:urgent"))


@contextmanager
def black_hole() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes every connection and never says a word."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        stopping = threading.Event()

        def take() -> None:
            server.settimeout(0.1)
            while not stopping.is_set():
                try:
                    taken.append(server.accept()[0])
                except TimeoutError:
                    pass

        thread = threading.Thread(target=take)
        thread.start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0", taken
        stopping.set()
        thread.join()
        for connection in taken:
            connection.close()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_a_wake_reaches_the_broker(valkey_server: Valkey, valkey: Redis) -> None:
    Broker(valkey_server.url).wake("outbox.deliver_mail")
    assert wait_until(lambda: waiting(valkey) == 1, within=5)


def test_many_wakes_of_one_moment_are_few_and_the_last_one_counts(valkey_server: Valkey, valkey: Redis) -> None:
    broker = Broker(valkey_server.url)
    broker.wake("outbox.deliver_mail")
    assert wait_until(lambda: waiting(valkey) == 1, within=5)
    taken = seconds(lambda: [broker.wake("outbox.deliver_mail") for _ in range(1000)])
    assert taken < 0.5
    assert wait_until(lambda: waiting(valkey) >= 2, within=5)  # what was woken after the first one is not forgotten
    time.sleep(0.5)
    assert waiting(valkey) <= 2 + taken / 0.2


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://no-such-host.invalid/0"])
def test_a_broker_that_is_down_costs_nobody_any_time(url: str) -> None:
    broker = Broker(url)
    assert seconds(lambda: broker.wake("outbox.deliver_mail")) < AT_ONCE
    with pytest.raises(BrokerUnreachable):
        broker.ping()


def test_a_broker_that_never_answers_costs_nobody_any_time_and_is_then_left_alone() -> None:
    with black_hole() as (url, connections):
        broker = Broker(url)
        assert seconds(lambda: broker.wake("outbox.deliver_mail")) < AT_ONCE
        assert wait_until(lambda: len(connections) > 0, within=5)
        time.sleep(3)  # it gave up by now
        tried = len(connections)
        for _ in range(10):
            assert seconds(lambda: broker.wake("outbox.deliver_mail")) < AT_ONCE
            time.sleep(0.1)
        assert len(connections) == tried


def test_whether_the_broker_answers_is_known_within_seconds(valkey_server: Valkey) -> None:
    Broker(valkey_server.url).ping()
    with black_hole() as (url, _):
        broker = Broker(url)

        def ping() -> None:
            with pytest.raises(BrokerUnreachable):
                broker.ping()

        assert seconds(ping) < 4


def test_a_wake_after_the_broker_came_back_reaches_it(tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "valkey", "password", free_port(), tmp_path / "log")
    broker = Broker(valkey.url)
    with valkey:
        broker.wake("outbox.deliver_mail")
        with Redis.from_url(valkey.url) as redis:
            assert wait_until(lambda: waiting(redis) == 1, within=5)
    with valkey, Redis.from_url(valkey.url) as redis:
        redis.flushall()

        def wake_and_look() -> bool:  # the first wake may go into a connection that died meanwhile
            broker.wake("outbox.deliver_mail")
            return waiting(redis) >= 1

        assert wait_until(wake_and_look, within=15)


def test_a_directory_serves_where_no_broker_can_run(tmp_path: Path) -> None:
    directory = tmp_path / "with a space"
    broker = Broker(f"filesystem://{directory.as_posix().replace(' ', '%20')}")
    broker.ping()
    broker.wake("outbox.deliver_mail")
    assert wait_until(lambda: len(list((directory / "queue").glob("*.msg"))) == 1, within=5)
    assert (directory / "queue").stat().st_mode & 0o077 == 0
