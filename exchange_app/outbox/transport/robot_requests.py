"""The one request that Apprise makes to a robot, made by us in its place so that its outcome is known.

The plugins of Apprise call `requests.post` and keep the answer to themselves. They get a `requests` of ours instead,
which sends the same request once, to the hosts of the service only, follows nothing, and notes how far it came.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
from apprise import AppriseAsset
from apprise.plugins.base import NotifyBase
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from exchange_app.outbox.transport.carrier import AddressAway, Refused, Unsure
from exchange_app.outbox.transport.deadline import hung_up_after
from exchange_app.outbox.transport.robot_addresses import Service, service_of

if TYPE_CHECKING:
    from exchange_app.outbox.transport.robots import RobotPatience

log = logging.getLogger(__name__)

LARGEST_ANSWER = 64 * 1024
FOR_NOW = (408, 429, 503)
# Both write addresses, tokens and texts into what they log.
logging.getLogger("apprise").setLevel(logging.CRITICAL)
logging.getLogger("urllib3").setLevel(logging.WARNING)


def tell(address: str, text: str, before_last_dot: Callable[[], None], patience: RobotPatience) -> None:
    """Returns when the robot accepted the text. Raises AddressAway, Refused or Unsure, and what ``before_last_dot``
    raises."""
    service = service_of(address)
    attempt = _Attempt(service, before_last_dot, patience)
    is_content = False
    try:
        with attempt.at_work():
            is_content = _plugin(service, address).notify(body=text, body_format="text")
    except Exception as mistake:  # how far the request came is known all the same
        attempt.log_mistake(mistake)
    attempt.judge(is_content)


def _plugin(service: Service, address: str) -> NotifyBase:
    """Only the module of this service is loaded, none of the many others."""
    name, class_name = service.plugin
    module = importlib.import_module(f"apprise.plugins.{name}")
    module.requests = _Requests()  # type: ignore[attr-defined]
    plugin: type[NotifyBase] = getattr(module, class_name)
    if name == "dingtalk":
        plugin = _signing_once(plugin)
    if service.options:
        address += f"{'&' if '?' in address else '?'}{service.options}"
    return plugin(**(plugin.parse_url(address) or {}), asset=AppriseAsset(storage_mode="memory"))


def _signing_once(dingtalk: Any) -> type[NotifyBase]:
    """Apprise escapes the signature of DingTalk and `requests` escapes it again, which DingTalk refuses."""

    class SigningOnce(dingtalk):
        def get_signature(self) -> tuple[str, str]:
            timestamp, signature = super().get_signature()
            return timestamp, unquote(signature)

    return SigningOnce


@dataclass(frozen=True, slots=True)
class _Answer:
    """As much of an answer as the plugins of Apprise look at."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class _Attempt:
    """How far the request of one letter came."""

    def __init__(self, service: Service, before_last_dot: Callable[[], None], patience: RobotPatience) -> None:
        self._service = service
        self._before_last_dot = before_last_dot
        self._patience = patience
        self._until_answered = ExitStack()
        self._was_asked = False
        self._is_handing_over = False
        self._objection: BaseException | None = None
        self._trouble = ""
        self._answer: _Answer | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        token = ATTEMPT.set(self)
        try:
            yield
        finally:
            ATTEMPT.reset(token)

    def begin(self, connection: socket.socket) -> None:
        """The connection stands and nothing has been sent."""
        self._until_answered.enter_context(hung_up_after(self._patience.whole, connection))
        try:
            self._before_last_dot()
        except BaseException as objection:
            self._objection = objection
            raise
        self._is_handing_over = True

    def post(self, url: str, *, data: Any, params: Any, headers: Any) -> _Answer:
        """Raises RequestException, also for every answer that is no success: a plugin that saw one might wait and
        ask again."""
        if self._was_asked or not self._is_of_service(url):
            raise requests.RequestException("not asked")
        self._was_asked = True
        timeout = (self._patience.connect, self._patience.answer)
        with self._until_answered, requests.Session() as session:
            session.adapters.clear()
            session.mount("https://", _Adapter())
            try:
                found = session.post(
                    url, data=data, params=params, headers=headers, timeout=timeout, allow_redirects=False, stream=True
                )
            except requests.RequestException as trouble:
                self._trouble = type(trouble).__name__
                raise
            self._answer = _Answer(found.status_code, found.headers, _content(found))
        if not 200 <= self._answer.status_code <= 299:
            raise requests.HTTPError("refused")
        return self._answer

    def _is_of_service(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" and _matches(self._service.host, parts.hostname) and parts.port in (None, 443)

    def log_mistake(self, mistake: Exception) -> None:
        """Where it happened, without the words of the exception: they may hold the address."""
        if mistake is not self._objection:
            where = "".join(traceback.format_tb(mistake.__traceback__))
            log.error("outbox: Apprise failed: %s\n%s", type(mistake).__name__, where)

    def judge(self, is_content: bool) -> None:
        """Returns if the robot accepted. Raises AddressAway, Refused or Unsure, or what ``before_last_dot`` raised."""
        if self._objection is not None:
            raise self._objection
        if not self._was_asked:
            raise Refused("robot: not asked", is_final=False)
        if self._answer is None:
            if self._is_handing_over:
                raise Unsure(f"robot: no answer ({self._trouble})")
            raise AddressAway(f"robot: {self._trouble}")
        status, code = self._answer.status_code, self._code()
        problem = f"robot {status}" + ("" if code is None else f" {code}")
        if status in FOR_NOW or code in self._service.codes_for_now:
            raise Refused(problem, is_final=False)
        if 300 <= status <= 499 or (code is not None and code != 0):
            raise Refused(problem, is_final=True)
        if not 200 <= status <= 299 or not is_content or (self._service.code and code is None):
            raise Unsure(problem)

    def _code(self) -> int | None:
        """The code in the answer, if this service gives one and the answer has it."""
        if self._service.code is None or self._answer is None:
            return None
        try:
            code = json.loads(self._answer.content).get(self._service.code)
        except (ValueError, AttributeError, RecursionError):
            return None
        return code if type(code) is int else None


ATTEMPT: ContextVar[_Attempt] = ContextVar("robot_attempt")


def _matches(pattern: str, host: str | None) -> bool:
    return re.fullmatch(pattern, host or "") is not None


def _content(found: requests.Response) -> bytes:
    """What came of the answer's words; its status is known either way."""
    try:
        content: bytes = found.raw.read(LARGEST_ANSWER, decode_content=True)
    except (OSError, HTTPError):
        content = b""
    return content


class _Requests:
    """`requests` as a plugin of Apprise sees it: the same names, but requests go through the attempt at work."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(
        self, url: str, data: Any = None, *, params: Any = None, headers: Any = None, files: Any = None, **_: Any
    ) -> _Answer:
        """What a plugin wants with timeouts, redirects and certificates does not count."""
        return ATTEMPT.get().post(url, data=data, params=params, headers=headers)

    def request(self, method: str, url: str, **options: Any) -> _Answer:
        if method.lower() != "post":
            raise requests.RequestException("not asked")
        return self.post(url, **options)

    def get(self, url: str, **_: Any) -> _Answer:
        raise requests.RequestException("not asked")


class _Connection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        ATTEMPT.get().begin(self.sock)


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """Tells the attempt when a connection stands, also through the proxy of HTTPS_PROXY."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}

    def proxy_manager_for(self, *args: Any, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = {"https": _Pool}
        return manager
