"""Promise 5: what is sealed opens only in its own row and column, and only with its key."""

import pytest

from exchange_app.core.sealing import KeyRing, SealBroken
from tests.settings import key

ring = KeyRing(f"1:{key(1)}", key(9))


def test_what_was_sealed_opens_again() -> None:
    sealed = ring.seal("韦·𠮷娜", "participants.name:a")
    assert ring.open(sealed, "participants.name:a") == "韦·𠮷娜"


def test_equal_values_look_different() -> None:
    assert ring.seal("13900001234", "x") != ring.seal("13900001234", "x")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = ring.seal("no peanuts", "participants.health_note:a")
    with pytest.raises(SealBroken):
        ring.open(sealed, "participants.health_note:b")


def test_an_altered_value_does_not_open() -> None:
    sealed = bytearray(ring.seal("no peanuts", "x"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), "x")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    rotated = KeyRing(f"1:{key(1)},2:{key(2)}", key(9))
    assert rotated.open(ring.seal("old", "x"), "x") == "old"
    with pytest.raises(SealBroken):
        ring.open(rotated.seal("new", "x"), "x")


def test_fingerprints_find_equal_values_of_one_context_only() -> None:
    assert ring.fingerprint("A", "document") == ring.fingerprint("A", "document")
    assert ring.fingerprint("A", "document") != ring.fingerprint("A", "identity:1")
    assert ring.fingerprint("A", "document") != KeyRing(f"1:{key(1)}", key(8)).fingerprint("A", "document")


def test_the_key_in_use_seals_though_a_higher_one_is_known() -> None:
    prepared = KeyRing(f"1:{key(1)},2:{key(2)}", key(9), in_use=1)
    assert ring.open(prepared.seal("old", "x"), "x") == "old"
    with pytest.raises(ValueError, match="no key number 3"):
        KeyRing(f"1:{key(1)}", key(9), in_use=3)


@pytest.mark.parametrize("unfit", ["1:", "1:short", f"1:{key(1)[:-4]}", f"0:{key(1)}", f"256:{key(1)}", f"x:{key(1)}"])
def test_an_unfit_key_is_refused_at_the_start(unfit: str) -> None:
    with pytest.raises(ValueError, match="a key"):
        KeyRing(unfit, key(9))
