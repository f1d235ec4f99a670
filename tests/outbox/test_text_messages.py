"""Text messages go out through whatever HTTP gateway is described, once, and leave no trace of whom they went to."""

from __future__ import annotations

import json
import logging
import ssl
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from config import Misconfigured
from exchange_app.bookings.models import Booking
from exchange_app.outbox.models import Channel, LetterState
from exchange_app.outbox.transport.carrier import Carrier, CarrierAway, Envelope, Refused, ShortWords, Unsure
from exchange_app.outbox.transport.gateway import TextGateway
from exchange_app.outbox.transport.text_messages import TextMessages, TextPatience
from exchange_app.outbox.ways import Way
from launcher.processes import free_port
from tests.outbox.conftest import CONTACT
from tests.outbox.http_sink import Answering, HttpSink, answer, drip, hang_up, late, running_http_sink, talk_without_end
from tests.outbox.letters import deliver, letters, write_by
from tests.settings import make_settings

PHONE = "+86139-0000-1234"
TITLE = '团队预订已确认 “{phone}” " & <1>'
LINK = "https://exchange.example/bookings/7?a=1&b=2"
LETTER = Envelope("post@city.example", PHONE, "key-7", b"", ShortWords(TITLE, LINK))
IMPATIENT = TextPatience(connect=2, answer=0.4, whole=1)
SECRET = "Bearer-s3cret"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with running_http_sink() as sink:
        yield sink


def description(port: int, **changes: Any) -> dict[str, Any]:
    plain = {
        "url": f"http://127.0.0.1:{port}/send?v=2",
        "headers": {"Authorization": SECRET, "Idempotency-Key": "{key}"},
        "json": {"to": [{"number": "{phone}"}], "content": "{text}", "unit": 3},
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


def carrier(port: int, **changes: Any) -> TextMessages:
    return TextMessages(TextGateway.parse(json.dumps(description(port, **changes))), IMPATIENT)


def hand_over(carrier: Carrier, letter: Envelope = LETTER) -> list[str]:
    """Returns whether it became doubtful on the way."""
    steps: list[str] = []
    carrier.hand_over(letter, lambda: steps.append("doubtful"))
    return steps


def test_a_gateway_gets_the_title_and_the_link_as_json(sink: HttpSink) -> None:
    assert hand_over(carrier(sink.port, sign="【南宁交流】")) == ["doubtful"]
    heard = sink.heard[0]
    assert (heard.method, heard.target) == ("POST", "/send?v=2")
    assert (heard.headers["authorization"], heard.headers["idempotency-key"]) == (SECRET, "key-7")
    said = json.loads(heard.body)
    assert said == {"to": [{"number": "+8613900001234"}], "content": f"【南宁交流】{TITLE} {LINK}", "unit": 3}


def test_a_gateway_gets_them_as_a_form(sink: HttpSink) -> None:
    hand_over(carrier(sink.port, json=None, form={"mobile": "{phone}", "msg": "{text}", "ext": "{key}"}))
    heard = sink.heard[0]
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(heard.body.decode()) == {"mobile": ["+8613900001234"], "msg": [f"{TITLE} {LINK}"], "ext": ["key-7"]}


def test_a_gateway_gets_them_in_its_address(sink: HttpSink) -> None:
    hand_over(carrier(sink.port, json=None, method="GET", query={"to": "{phone}", "text": "{text}"}))
    assert sink.heard[0].method == "GET"
    assert sink.heard[0].query == {"v": ["2"], "to": ["+8613900001234"], "text": [f"{TITLE} {LINK}"]}


@pytest.mark.parametrize("title", ["", "短", "长" * 600])
def test_a_long_title_is_cut_and_a_link_never(title: str, sink: HttpSink) -> None:
    letter = Envelope("", PHONE, "k", b"", ShortWords(title, LINK))
    hand_over(carrier(sink.port, sign="【南宁交流】"), letter)
    text = json.loads(sink.heard[0].body)["content"]
    assert len(text) <= 500
    assert text.startswith("【南宁交流】")
    assert text.endswith(LINK)


@pytest.mark.parametrize(
    "number", ["", "li@school.example", "12345", "1" * 19, "139\r\nX: 1", "139{key}0000", "+86139 00"]
)
def test_what_is_no_number_is_refused_for_good_and_reaches_nobody(number: str, sink: HttpSink) -> None:
    with pytest.raises(Refused) as refusal:
        hand_over(carrier(sink.port), Envelope("", number, "k", b"", LETTER.short))
    assert refusal.value.is_final
    assert sink.connections == 0


CODED = {"path": "result.code", "value": 0}


@pytest.mark.parametrize(
    ("accepted", "answering"),
    [
        (None, answer(200)),
        (None, answer(202, b"queued")),
        ({"statuses": [201]}, answer(201)),
        (CODED, answer(200, {"result": {"code": 0}})),
        (CODED, answer(200, {"result": {"code": "0"}})),
        ({"path": "0.status", "value": ["OK", "QUEUED"]}, answer(200, [{"status": "QUEUED"}])),
        ({"path": "success", "value": True}, answer(200, {"success": True})),
        (None, late(answer(200))),
        (None, talk_without_end),
    ],
)
def test_accepted(accepted: Any, answering: Answering, sink: HttpSink) -> None:
    sink.answering = answering
    assert hand_over(carrier(sink.port, accepted=accepted)) == ["doubtful"]
    assert len(sink.heard) == 1


@pytest.mark.parametrize(
    ("answering", "is_final"),
    [
        (answer(429), False),
        (answer(503), False),
        (answer(500, {"result": {"code": "isv.BUSY"}}), False),
        (answer(200, {"result": {"code": "isv.BUSY"}}), False),
        (answer(200, {"result": {"code": 5}}), False),
        (answer(418), False),
        (answer(400, {"result": {"code": 0}}), True),
        (answer(404), True),
        (answer(200, {"result": {"code": 1007}}), True),
        (answer(200, {"result": {"code": "+8613900001234"}}), True),
    ],
)
def test_refused(answering: Answering, is_final: bool, sink: HttpSink) -> None:
    sink.answering = answering
    with pytest.raises(Refused) as refusal:
        hand_over(carrier(sink.port, accepted=CODED, for_now=["isv.BUSY", 5, 418]))
    assert refusal.value.is_final is is_final


def test_a_gateway_that_does_not_like_this_site_is_away_for_every_letter(sink: HttpSink) -> None:
    sink.answering = answer(401)
    with pytest.raises(CarrierAway):
        hand_over(carrier(sink.port))


def test_a_redirect_is_not_followed(sink: HttpSink) -> None:
    with running_http_sink() as elsewhere:
        sink.answering = answer(307, Location=f"http://127.0.0.1:{elsewhere.port}/")
        with pytest.raises(CarrierAway):
            hand_over(carrier(sink.port))
    assert elsewhere.connections == 0


def test_a_gateway_that_is_not_there_has_nothing(sink: HttpSink) -> None:
    with pytest.raises(CarrierAway):
        hand_over(carrier(free_port()))


def test_a_gateway_whose_certificate_is_not_known_has_nothing(robot_tls: ssl.SSLContext) -> None:
    with running_http_sink(robot_tls) as sink, pytest.raises(CarrierAway):
        hand_over(carrier(sink.port, url=f"https://127.0.0.1:{sink.port}/"))
    assert sink.heard == []


def test_a_gateway_that_hangs_up_before_the_last_byte_has_nothing(sink: HttpSink) -> None:
    """Its crash is known by then; in doubt are only messages that it may have read."""
    sink.hangs_up_at_once = True

    def take_a_while() -> None:
        time.sleep(0.2)  # the reset arrives

    with pytest.raises(CarrierAway):
        carrier(sink.port).hand_over(LETTER, take_a_while)


@pytest.mark.parametrize(
    "answering",
    [
        "silence", hang_up, drip, answer(500), answer(502), answer(204, {"result": {}}), answer(200, b"<html>"),
        answer(200, {"result": [0]}), answer(200, b"[" * 100_000), talk_without_end,
    ],
)  # fmt: skip
def test_in_doubt(answering: Any, sink: HttpSink) -> None:
    sink.answering = sink.falls_silent if answering == "silence" else answering
    with pytest.raises(Unsure):
        hand_over(carrier(sink.port, accepted=CODED))
    assert len(sink.heard) == 1


def test_a_letter_that_may_not_go_out_after_all_does_not(sink: HttpSink) -> None:
    class Overtaken(Exception):
        pass

    def stop() -> None:
        raise Overtaken

    for body in ({}, {"json": None, "query": {"to": "{phone}", "text": "{text}"}}):
        with pytest.raises(Overtaken):
            carrier(sink.port, **body).hand_over(LETTER, stop)
    assert sink.heard == []


@pytest.mark.parametrize(
    "answering", [answer(200), answer(401), answer(404, b"no 8613900001234"), answer(429), hang_up, "away", "echo"]
)
def test_neither_number_nor_text_nor_key_is_told_to_anybody_else(
    answering: Any, sink: HttpSink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sink.answering = answer(200, {"result": {"code": "8613900001234"}}) if answering == "echo" else answering
    going = carrier(free_port() if answering == "away" else sink.port, accepted=CODED)
    told = repr(going._gateway)
    try:
        hand_over(going)
    except Exception as trouble:
        told += "".join(traceback.format_exception(trouble))
    told += caplog.text
    assert [secret for secret in ("0000", "1234", "团队", "exchange.example", "s3cret") if secret in told] == []


@pytest.mark.parametrize(
    ("answering", "state", "problem"),
    [
        (answer(200), LetterState.SENT, None),
        (answer(401), LetterState.PENDING, "gateway 401"),
        (hang_up, LetterState.DOUBTFUL, "gateway: no answer (RemoteDisconnected)"),
    ],
)
def test_a_letter_becomes_what_is_known_of_its_text_message(
    answering: Answering, state: LetterState, problem: str | None, booking: Booking, sink: HttpSink
) -> None:
    sink.answering = answering
    write_by(booking, Way(Channel.TEXT, PHONE))
    gateway = TextGateway.parse(json.dumps(description(sink.port)))
    deliver(TextMessages(gateway, IMPATIENT), channel=Channel.TEXT)
    assert (letters()[-1].state, letters()[-1].last_problem) == (state, problem)
    text = json.loads(sink.heard[0].body)["content"]
    assert text.endswith(f" http://localhost/bookings/{booking.code}")
    assert CONTACT.name not in text


# --- The setting ---------------------------------------------------------------------------------


def test_no_gateway_is_needed() -> None:
    assert make_settings()["TEXT_GATEWAY"] is None


def test_the_description_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.json"
    file.write_text(json.dumps(description(80)), encoding="utf-8")
    assert make_settings(TEXT_GATEWAY=str(file))["TEXT_GATEWAY"].url.path == "/send"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"url": None}, "url"),
        ({"url": "http://sms.example/send"}, "http://"),
        ({"url": "http://127.0.0.1.evil.example/"}, "http://"),
        ({"url": "ftp://sms.example/"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://sms.example:99999/"}, "url"),
        ({"url": "https://user:s3cret@sms.example/"}, "user name"),
        ({"url": "https://sms.example/{phone}"}, "placeholders"),
        ({"url": "https://sms.example/a b"}, "ASCII"),
        ({"method": "DELETE"}, "method"),
        ({"method": "GET"}, "method"),
        ({"json": None}, "exactly one"),
        ({"form": {"a": "{phone}{text}"}}, "exactly one"),
        ({"json": ["{phone}{text}"]}, "json"),
        ({"json": {"to": "{phone}"}}, "{text}"),
        ({"json": {"to": "{text}"}}, "{phone}"),
        ({"json": {"to": "{phone}{text}{name}"}}, "{name}"),
        ({"json": None, "form": {"to": ["{phone}"], "t": "{text}"}}, "form"),
        ({"headers": ["X"]}, "headers"),
        ({"headers": {"X": 1}}, "headers.X"),
        ({"headers": {"X": "a\r\nY: s3cret"}}, "'X'"),
        ({"headers": {"X": "密"}}, "'X'"),
        ({"headers": {"X:": "s3cret"}}, "'X:'"),
        ({"headers": {"Host": "elsewhere"}}, "'Host'"),
        ({"headers": {"X": "{phone}"}}, "{key}"),
        ({"sign": 1}, "sign"),
        ({"accepted": {"path": "code"}}, "value"),
        ({"accepted": {"paths": "code"}}, "accepted"),
        ({"accepted": {"statuses": [200, 404]}}, "accepted.statuses"),
        ({"accepted": {"path": "code", "value": {}}}, "accepted.value"),
        ({"for_now": [[]]}, "for_now"),
        ({"timeout": 3}, "'timeout'"),
    ],
)
def test_an_unfit_description_is_named_in_one_sentence_at_the_start(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Misconfigured) as unfit:
        make_settings(TEXT_GATEWAY=json.dumps(description(80, **changes)))
    sentence = "".join(traceback.format_exception_only(unfit.value))
    assert "TEXT_GATEWAY" in sentence
    assert named in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize("text", ["{", "[]", "/no/such/file", '{"json": 1}', "x" * 5000])
def test_what_describes_nothing_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(Misconfigured, match="TEXT_GATEWAY"):
        make_settings(TEXT_GATEWAY=text)
