"""How passwords are kept."""

from __future__ import annotations

import threading
import time
from statistics import median

import pytest

from exchange_app.accounts import passwords
from exchange_app.accounts.passwords import NOBODY, hash_password, is_outdated, is_password


def test_a_password_is_known_again_and_another_is_not() -> None:
    kept = hash_password("左江 bridge")
    assert is_password("左江 bridge", kept)
    assert not is_password("左江 Bridge", kept)
    assert kept != hash_password("左江 bridge")  # salted


def test_the_parameters_are_the_ones_that_were_decided() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_nobodys_hash_is_no_password_and_costs_as_much_as_a_real_one() -> None:
    assert not is_outdated(NOBODY)
    assert not is_password("", None)
    kept = hash_password("x")

    def seconds(password_hash: str | None) -> float:
        began = time.process_time()
        is_password("wrong", password_hash)
        return time.process_time() - began

    unknown, wrong = (median(seconds(known) for _ in range(7)) for known in (None, kept))
    assert 0.5 < unknown / wrong < 2


def test_a_damaged_hash_is_no_password() -> None:
    assert not is_password("x", "not a hash")


def test_never_more_than_two_are_hashed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    class Watched:
        def hash(self, password: str) -> str:
            with lock:
                at_work.append(1)
                most.append(len(at_work))
            time.sleep(0.02)
            with lock:
                at_work.pop()
            return password

    monkeypatch.setattr(passwords, "_hasher", Watched())
    threads = [threading.Thread(target=hash_password, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
