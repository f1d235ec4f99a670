"""Codes of bookings and requests: short, without look-alikes, and a slip of the pen is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from exchange_app.core.codes import CODE_LENGTH, CODE_SIGNS, new_code, parse_code, spaced_code


def test_no_look_alikes() -> None:
    assert not set("01OILSU") & set(CODE_SIGNS)


def test_what_people_type_is_understood() -> None:
    code = new_code()
    assert parse_code(spaced_code(code)) == code
    assert parse_code(f" {code.lower()} ") == code
    assert parse_code("".join(chr(ord(sign) + 0xFEE0) for sign in code)) == code  # full width


@given(st.integers(0, CODE_LENGTH - 1), st.sampled_from(CODE_SIGNS))
def test_one_wrong_sign_is_noticed(place: int, sign: str) -> None:
    code = new_code()
    wrong = code[:place] + sign + code[place + 1 :]
    assert parse_code(wrong) == (code if wrong == code else None)


@given(st.integers(0, CODE_LENGTH - 2))
def test_two_swapped_signs_are_noticed(place: int) -> None:
    code = new_code()
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert parse_code(wrong) == (code if wrong == code else None)


def test_no_code_is_no_code() -> None:
    for typed in ("", "ABC", "0" * 8, "😀" * 8, "A" * 5000):
        assert parse_code(typed) is None or parse_code(typed) == typed
