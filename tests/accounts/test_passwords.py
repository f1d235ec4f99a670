"""How passwords are kept."""

from __future__ import annotations

import sys
import threading
import time
from statistics import median

import pytest

from exchange_app.accounts import guessing, passwords
from exchange_app.accounts.errors import PasswordTooLong, PasswordTooPlain, PasswordTooShort
from exchange_app.accounts.guessing import is_easily_guessed
from exchange_app.accounts.passwords import NOBODY, hash_new_password, hash_password, is_outdated, is_password


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


ABOUT = ["韦思源", "wei.siyuan@school.example", "南宁市第二中学", "Nanning No. 2 Middle School", "Exchange bookings"]


@pytest.mark.parametrize(
    ("poor", "refusal"),
    [
        ("elevensigns", PasswordTooShort),
        ("x" * 201, PasswordTooLong),
        ("passwordpassword", PasswordTooPlain),
        ("1qaz2wsx3edc", PasswordTooPlain),
        ("201303152013", PasswordTooPlain),
        ("Wei.Siyuan@School.Example", PasswordTooPlain),
        ("南宁市第二中学韦思源2027", PasswordTooPlain),
        ("wei-siyuan-nanning", PasswordTooPlain),
    ],
)
def test_what_everybody_or_whoever_knows_the_owner_would_try_is_refused(poor: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        hash_new_password(poor, ABOUT)


@pytest.mark.parametrize("good", ["a bridge over the Zuojiang", "左江花山岩画上的人在跳舞", " spaces  count too \t🐒"])
def test_any_sign_may_be_in_a_password_and_none_is_changed(good: str) -> None:
    kept = hash_new_password(good, ABOUT)
    assert is_password(good, kept)
    assert not is_password(good.strip().casefold() + "!", kept)


def test_the_lists_of_common_passwords_stay_out_of_this_process() -> None:
    assert is_easily_guessed("passwordpassword", [])
    assert not any(name.startswith("zxcvbn") for name in sys.modules)


def test_a_password_that_takes_for_ever_to_guess_is_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_SECONDS", 0.001)
    assert not is_easily_guessed("passwordpassword", [])
