"""Which robots of chat groups letters may go to, and how their addresses are written.

An address is kept as the library Apprise writes it (`dingtalk://SEC…@token`). It is put together here from parts that
were matched whole, and never taken over: no address can name a host of its own, switch off a check or load a file.
That needs no Apprise, so that a form can ask without the weight of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from exchange_app.outbox.errors import RobotAddressUnfit

LONGEST_ADDRESS = 500
TOKEN = r"[A-Za-z0-9_-]{1,200}"
PLAIN = r"[A-Za-z0-9]{1,200}"
TEAMS_HOST = r"[a-z0-9-]{1,63}\.[a-z0-9]{2}\.environment\.api\.powerplatform\.com"


@dataclass(frozen=True, slots=True)
class Service:
    """A service whose robots may be written to.

    ``plugin`` is the module and the class of Apprise, ``options`` what it is told beside the address. ``host`` matches
    where its requests go. ``forms`` are the ways to write an address, the service's own first, each with the way it is
    kept. Where a service answers 200 to everything, ``code`` is the field of its answer that is 0 for what it
    accepted, and ``codes_for_now`` are the refusals that pass.
    """

    plugin: tuple[str, str]
    host: str
    forms: Mapping[str, str]
    options: str = ""
    code: str | None = None
    codes_for_now: frozenset[int] = frozenset()


SERVICES = {
    "wecombot": Service(
        plugin=("wecombot", "NotifyWeComBot"),
        host=r"qyapi\.weixin\.qq\.com",
        forms={
            rf"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<key>{TOKEN})": "wecombot://{key}",
            rf"wecombot://(?P<key>{TOKEN})/?": "wecombot://{key}",
        },
        code="errcode",
        codes_for_now=frozenset({-1, 45009}),
    ),
    "dingtalk": Service(
        plugin=("dingtalk", "NotifyDingTalk"),
        host=r"oapi\.dingtalk\.com",
        forms={
            rf"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<token>{PLAIN})": "dingtalk://{token}",
            rf"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<token>{PLAIN})&secret=(?P<secret>{PLAIN})": (
                "dingtalk://{secret}@{token}"
            ),
            rf"dingtalk://(?P<token>{PLAIN})/?": "dingtalk://{token}",
            rf"dingtalk://(?P<secret>{PLAIN})@(?P<token>{PLAIN})/?": "dingtalk://{secret}@{token}",
        },
        code="errcode",
        codes_for_now=frozenset({-1, 90030, 130101, 410100}),
    ),
    "feishu": Service(
        plugin=("feishu", "NotifyFeishu"),
        host=r"open\.feishu\.cn",
        forms={
            rf"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<token>{TOKEN})/?": "feishu://{token}",
            rf"feishu://(?P<token>{TOKEN})/?": "feishu://{token}",
        },
        code="code",
        codes_for_now=frozenset({9499, 11232}),
    ),
    "lark": Service(
        plugin=("lark", "NotifyLark"),
        host=r"open\.larksuite\.com",
        forms={
            r"https://open\.larksuite\.com/open-apis/bot/v2/hook/(?P<token>[A-Za-z0-9-]{1,200})/?": "lark://{token}",
            r"lark://(?P<token>[A-Za-z0-9-]{1,200})/?": "lark://{token}",
        },
        code="code",
        codes_for_now=frozenset({9499, 11232}),
    ),
    "slack": Service(
        plugin=("slack", "NotifySlack"),
        host=r"hooks\.slack\.com",
        forms={
            rf"https://hooks\.slack\.com/services/(?P<team>T{PLAIN})/(?P<robot>B{PLAIN})/(?P<token>{PLAIN})/?": (
                "slack://{team}/{robot}/{token}"
            ),
            rf"slack://(?P<team>T{PLAIN})/(?P<robot>B{PLAIN})/(?P<token>{PLAIN})/?": "slack://{team}/{robot}/{token}",
        },
        options="footer=no&image=no",
    ),
    "discord": Service(
        plugin=("discord", "NotifyDiscord"),
        host=r"discord\.com",
        forms={
            rf"https://discord(?:app)?\.com/api/webhooks/(?P<robot>[0-9]{{1,32}})/(?P<token>{TOKEN})/?": (
                "discord://{robot}/{token}"
            ),
            rf"discord://(?P<robot>[0-9]{{1,32}})/(?P<token>{TOKEN})/?": "discord://{robot}/{token}",
        },
        options="avatar=no&image=no",
    ),
    "tgram": Service(
        plugin=("telegram", "NotifyTelegram"),
        host=r"api\.telegram\.org",
        forms={
            rf"tgram://(?P<robot>[0-9]{{1,32}})[:/](?P<token>{TOKEN})/(?P<chat>-?[0-9]{{1,32}})/?": (
                "tgram://{robot}:{token}/{chat}"
            ),
        },
        options="image=no",
    ),
    "workflow": Service(
        plugin=("workflows", "NotifyWorkflows"),
        host=TEAMS_HOST,
        forms={
            rf"https://(?P<host>{TEAMS_HOST})(?::443)?/powerautomate/automations/direct/workflows/(?P<flow>{TOKEN})"
            rf"/triggers/manual/paths/invoke/?\?api-version=(?P<version>{TOKEN})&sp=[A-Za-z0-9%]+&sv=[0-9.]+"
            rf"&sig=(?P<sign>{TOKEN})": "workflow://{host}/{flow}/{sign}?ver={version}",
            rf"https://(?P<host>{TEAMS_HOST})(?::443)?/powerautomate/automations/direct/cu/(?P<route>[0-9]{{1,9}})"
            rf"/workflows/(?P<flow>{TOKEN})/triggers/manual/paths/invoke/?\?api-version=(?P<version>{TOKEN})"
            rf"&sp=[A-Za-z0-9%]+&sv=[0-9.]+&sig=(?P<sign>{TOKEN})": (
                "workflow://{host}/{flow}/{sign}?ver={version}&route={route}"
            ),
            rf"workflow://(?P<host>{TEAMS_HOST})/(?P<flow>{TOKEN})/(?P<sign>{TOKEN})\?ver=(?P<version>{TOKEN})": (
                "workflow://{host}/{flow}/{sign}?ver={version}"
            ),
            rf"workflow://(?P<host>{TEAMS_HOST})/(?P<flow>{TOKEN})/(?P<sign>{TOKEN})\?ver=(?P<version>{TOKEN})"
            r"&route=(?P<route>[0-9]{1,9})": "workflow://{host}/{flow}/{sign}?ver={version}&route={route}",
        },
        options="pa=yes&image=no&format=text",
    ),
}
WAYS = [(re.compile(form), kept) for service in SERVICES.values() for form, kept in service.forms.items()]


def check_robot_address(text: str) -> str:
    """The address as it is kept. Raises RobotAddressUnfit."""
    written = text.strip()
    if len(written) <= LONGEST_ADDRESS:
        for form, kept in WAYS:
            if parts := form.fullmatch(written):
                return kept.format(**parts.groupdict())
    raise RobotAddressUnfit()


def service_of(address: str) -> Service:
    """The service of an address as it is kept."""
    return SERVICES[address.partition("://")[0]]
