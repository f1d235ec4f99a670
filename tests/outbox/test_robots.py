"""What group robots are told, through the real Apprise over real TLS; only the names of the services lead here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import socket
import ssl
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3.util.connection
from apprise.manager_plugins import NotificationManager

from exchange_app.outbox.errors import RobotAddressUnfit
from exchange_app.outbox.labels import problem_in_words
from exchange_app.outbox.transport.carrier import AddressAway, Envelope, Refused, ShortWords, Unsure
from exchange_app.outbox.transport.robot_addresses import SERVICES, check_robot_address
from exchange_app.outbox.transport.robots import RobotPatience, Robots
from tests.outbox.conftest import ROBOT_HOSTS
from tests.outbox.http_sink import (
    Answering,
    HttpSink,
    answer,
    drip,
    hang_up,
    late,
    running_http_sink,
    talk_without_end,
)
from tests.settings import environment

TITLE = "团队预订已确认 & *8* 人"
LINK = "https://exchange.example/bookings/AB_cd_7?a=1"
IMPATIENT = RobotPatience(connect=1, answer=0.4, whole=1)
TEAMS = "https://default12ab.3a.environment.api.powerplatform.com:443/powerautomate/automations/direct"
INVOKE = "triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=T0kEn-sig_1"

# The service's own address, how it is kept, and what its robot answers to what it accepts.
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=T0kEn-1a"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=T0kEn1a"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/T0kEn-1a"
SLACK = "https://hooks.slack.com/services/T0kEn/B0x/T0kEn1a"
ROBOTS = {
    WECOM: ("wecombot://T0kEn-1a", answer(200, {"errcode": 0, "errmsg": "ok"})),
    DINGTALK: ("dingtalk://T0kEn1a", answer(200, {"errcode": 0, "errmsg": "ok"})),
    f"{DINGTALK}&secret=SECab1": ("dingtalk://SECab1@T0kEn1a", answer(200, {"errcode": 0, "errmsg": "ok"})),
    FEISHU: ("feishu://T0kEn-1a", answer(200, {"code": 0, "data": {}, "msg": "success"})),
    "https://open.larksuite.com/open-apis/bot/v2/hook/T0kEn-1a": ("lark://T0kEn-1a", answer(200, {"code": 0})),
    SLACK: ("slack://T0kEn/B0x/T0kEn1a", answer(200, b"ok")),
    "https://discord.com/api/webhooks/77/T0kEn_1-a": ("discord://77/T0kEn_1-a", answer(204)),
    "tgram://77:T0kEn_1-a/-1009/": ("tgram://77:T0kEn_1-a/-1009", answer(200, {"ok": True})),
    f"{TEAMS}/workflows/12ab/{INVOKE}": (
        "workflow://default12ab.3a.environment.api.powerplatform.com/12ab/T0kEn-sig_1?ver=1",
        answer(202),
    ),
    f"{TEAMS}/cu/07/workflows/12ab/{INVOKE}": (
        "workflow://default12ab.3a.environment.api.powerplatform.com/12ab/T0kEn-sig_1?ver=1&route=07",
        answer(202),
    ),
}


@pytest.fixture
def sink(robot_tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSink]:
    """Stands where the services are."""
    connect = urllib3.util.connection.create_connection
    with running_http_sink(robot_tls) as sink:

        def lead_here(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
            port = sink.port if address[0] in ROBOT_HOSTS and address[1] == 443 else 9
            return connect(("127.0.0.1", port), *args, **options)

        monkeypatch.setattr(urllib3.util.connection, "create_connection", lead_here)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield sink


def hand_over(address: str, before_last_dot: Callable[[], None] = lambda: None) -> None:
    short = ShortWords(TITLE, LINK)
    Robots(IMPATIENT).hand_over(Envelope("post@city.example", address, "k", b"", short), before_last_dot)


@pytest.mark.parametrize("address", ROBOTS)
def test_a_robot_is_told_the_title_and_the_link(address: str, sink: HttpSink) -> None:
    kept, sink.answering = ROBOTS[address]
    assert check_robot_address(f" {address}\n") == kept == check_robot_address(kept)
    heard_before: list[int] = []
    hand_over(kept, lambda: heard_before.append(len(sink.heard)))
    assert heard_before == [0]
    assert len(sink.heard) == 1
    heard = sink.heard[0]
    assert "T0kEn" in heard.target
    assert heard.headers["host"] in ROBOT_HOSTS
    said = json.dumps(json.loads(heard.body), ensure_ascii=False).replace("&amp;", "&")
    assert TITLE in said
    assert LINK in said


def test_a_robot_of_dingtalk_gets_the_signature_that_its_secret_makes(sink: HttpSink) -> None:
    sink.answering = answer(200, {"errcode": 0})
    hand_over("dingtalk://SECab1@T0kEn1a")
    query = sink.heard[0].query
    signed = hmac.new(b"SECab1", f"{query['timestamp'][0]}\nSECab1".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(signed).decode()]


def test_a_flow_of_teams_is_called_as_its_address_says(sink: HttpSink) -> None:
    sink.answering = answer(202)
    hand_over(f"{TEAMS}/cu/07/workflows/12ab/{INVOKE}")
    heard = sink.heard[0]
    assert heard.target.startswith(
        "/powerautomate/automations/direct/cu/07/workflows/12ab/triggers/manual/paths/invoke"
    )
    said = {"api-version": ["1"], "sp": ["/triggers/manual/run"], "sv": ["1.0"], "sig": ["T0kEn-sig_1"]}
    assert heard.query == said


@pytest.mark.parametrize(
    ("address", "answering", "is_final"),
    [
        (WECOM, answer(200, {"errcode": 93000, "errmsg": "invalid webhook url"}), True),
        (WECOM, answer(200, {"errcode": 45009}), False),
        (DINGTALK, answer(200, {"errcode": 310000, "errmsg": "sign not match"}), True),
        (DINGTALK, answer(200, {"errcode": 130101}), False),
        (FEISHU, answer(200, {"code": 19024, "msg": "Key Words Not Found"}), True),
        (FEISHU, answer(200, {"code": 11232}), False),
        (FEISHU, answer(400, {"code": 11232}), False),
        (SLACK, answer(404, b"no_service"), True),
        (SLACK, answer(429, Retry_After="3000"), False),
        (SLACK, answer(302, Location="https://discord.com/"), True),
        ("tgram://77:T0kEn/9", answer(429, {"ok": False, "parameters": {"retry_after": 3000}}), False),
        ("tgram://77:T0kEn/9", answer(403, {"ok": False}), True),
        (WECOM, answer(503), False),
    ],
)
def test_refused(address: str, answering: Answering, is_final: bool, sink: HttpSink) -> None:
    sink.answering = answering
    with pytest.raises(Refused) as refusal:
        hand_over(address)
    assert refusal.value.is_final is is_final
    assert not isinstance(refusal.value, AddressAway)
    assert len(sink.heard) == 1


def test_a_service_that_wants_a_pause_does_not_make_the_worker_sleep(sink: HttpSink) -> None:
    begun = time.monotonic()
    sink.answering = answer(429, X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(time.time()) + 8))
    with pytest.raises(Refused) as refusal:
        hand_over("discord://77/T0kEn")
    assert not refusal.value.is_final
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize(
    ("address", "answering"),
    [
        *((address, hang_up) for address in ROBOTS),
        (WECOM, "silence"),
        (DINGTALK, drip),
        (SLACK, answer(500)),
        ("discord://77/T0kEn", answer(502)),
    ],
)
def test_in_doubt(address: str, answering: Any, sink: HttpSink) -> None:
    sink.answering = sink.falls_silent if answering == "silence" else answering
    with pytest.raises(Unsure):
        hand_over(address)
    assert len(sink.heard) == 1


@pytest.mark.parametrize(
    ("address", "answering"),
    [
        (WECOM, answer(200, b"<html>")),
        (WECOM, talk_without_end),
        (FEISHU, answer(200, [])),
        (SLACK, answer(200, b"login")),
    ],
)
def test_an_answer_that_nobody_understands_leaves_doubt(address: str, answering: Answering, sink: HttpSink) -> None:
    sink.answering = answering
    with pytest.raises(Unsure):
        hand_over(address)


def test_a_late_answer_is_an_answer(sink: HttpSink) -> None:
    sink.answering = late(answer(200, {"errcode": 0}))
    hand_over(WECOM)


@pytest.mark.parametrize("address", ROBOTS)
def test_a_letter_that_may_not_go_out_after_all_does_not(address: str, sink: HttpSink) -> None:
    class Overtaken(Exception):
        pass

    def stop() -> None:
        raise Overtaken

    with pytest.raises(Overtaken):
        hand_over(address, stop)
    assert sink.heard == []


def test_a_service_that_cannot_be_reached_has_nothing_and_holds_up_this_letter_only(
    sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful: list[bool] = []
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")  # its certificate is unknown
    with pytest.raises(AddressAway):
        hand_over(WECOM, lambda: doubtful.append(True))
    monkeypatch.setattr("tests.outbox.test_robots.ROBOT_HOSTS", ())  # nothing answers
    with pytest.raises(AddressAway) as away:
        hand_over(WECOM, lambda: doubtful.append(True))
    assert not away.value.is_final
    assert (sink.heard, doubtful) == ([], [])


@pytest.mark.parametrize(
    ("address", "answering"),
    [
        *((address, accepting) for address, (_, accepting) in ROBOTS.items()),
        (WECOM, answer(200, {"errcode": 93000, "errmsg": "T0kEn-1a"})),
        (FEISHU, answer(200, {"code": 19001, "msg": "T0kEn-1a"})),
        (SLACK, answer(404, b"T0kEn")),
        (DINGTALK, hang_up),
        ("discord://77/T0kEn", answer(429)),
        ("T0kEn://127.0.0.1", answer(200)),
    ],
)
def test_neither_address_nor_text_is_told_to_anybody_else(
    address: str, answering: Answering, sink: HttpSink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sink.answering = answering
    told = ""
    try:
        hand_over(address)
    except Exception as trouble:
        told += "".join(traceback.format_exception(trouble))
    told += caplog.text
    assert [secret for secret in ("T0kEn", "SECab1", "团队", "exchange.example") if secret in told] == []


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("robot 200 93000", "answered: 200 93000"),
        ("robot: ConnectTimeout", "cannot be reached"),
        ("robot: no answer (ReadTimeout)", "may have accepted"),
        ("robot: not asked", "could not be made"),
        ("gateway 429", "answered: 429"),
        ("gateway 200 isv.BUSY", "answered: 200 isv.BUSY"),
        ("gateway: gaierror", "cannot be reached"),
        ("gateway: no answer (RemoteDisconnected)", "may have accepted"),
    ],
)
def test_people_read_in_words_what_went_wrong(problem: str, words: str) -> None:
    assert words in problem_in_words(problem)


# --- Addresses -----------------------------------------------------------------------------------

HOSTS = ("127.0.0.1", "localhost:8000", "169.254.169.254", "[::1]", "evil.example")


def test_no_other_service_of_apprise_is_taken() -> None:
    """Among them json://, xml://, mailto://, syslog:// and everything else that goes to a host or a file by name."""
    schemas = set(NotificationManager().schemas()) | {"file", "http", "https", "config", "memory"}
    assert len(schemas) > 150
    parts = ("{host}", "user:word@{host}", "{host}/path/to", "T0kEn@{host}/a/b/c", "a/b/c?host={host}", "?to={host}")
    taken = []
    for schema in schemas:
        for written in (f"{schema}://{part.format(host=host)}" for part in parts for host in HOSTS):
            try:
                taken.append(check_robot_address(written))
            except RobotAddressUnfit:
                pass
    assert taken == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "wecombot",
        "wecombot://",
        "wecombot://T0kEn?verify=no",
        "wecombot://T0kEn?redirect=yes",
        "wecombot://T0kEn/?retry=9",
        "wecombot://T0kEn\nwecombot://T0kEn2",
        "wecombot://T0kEn,json://127.0.0.1",
        "wecombot://键",
        "WECOMBOT://T0kEn",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=T0kEn",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=T0kEn",
        "https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=T0kEn",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=T0kEn",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=T0kEn#",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=T0kEn",
        "dingtalk://T0kEn/13900001234",
        "slack://T0kEn/B0x/T0kEn1a?template=file:///etc/passwd",
        "slack://xoxb-T0kEn/#channel",
        "discord://77/T0kEn/?template=/etc/passwd",
        "tgram://77:T0kEn",
        "tgram://77:T0kEn/@somebody",
        "workflow://127.0.0.1/12ab/T0kEn?ver=1",
        "workflow://evil.example.3a.environment.api.powerplatform.com/12ab/T0kEn?ver=1",
        "workflow://default12ab.3a.environment.api.powerplatform.com.evil.example/12ab/T0kEn?ver=1",
        "workflow://default12ab.3a.environment.api.powerplatform.com/12ab/T0kEn?ver=1&template=/etc/passwd",
        "wecombot://" + "T" * 500,
    ],
)
def test_an_address_that_says_more_than_it_may_is_refused(address: str, sink: HttpSink) -> None:
    with pytest.raises(RobotAddressUnfit):
        check_robot_address(address)
    with pytest.raises(Refused) as refusal:
        hand_over(address)
    assert refusal.value.is_final
    assert sink.connections == 0


def test_every_service_is_tried_here() -> None:
    assert {kept.partition("://")[0] for kept, _ in ROBOTS.values()} == set(SERVICES)


def test_only_who_tells_a_robot_something_loads_apprise() -> None:
    """The web process and the clock stay as they are, and a worker gets the plugin it needs and no other."""
    script = (
        "import sys, wsgi, tasks.app, tasks.outbox, exchange_app.outbox.transport.robots as robots\n"
        "robots.check_robot_address('wecombot://key')\n"
        "heavy = [name for name in sys.modules if name.split('.')[0] in ('apprise', 'requests', 'urllib3')]\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], env=environment(), check=True)
