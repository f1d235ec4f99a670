"""The request that hands a text message to a gateway, as the operator describes it in TEXT_GATEWAY.

Every provider has an HTTP interface of its own and most differ in names only. So the request is a setting: where it
goes, what its fields are called, and which answers mean that the message was accepted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
KNOWN = ("phone", "text", "key")
NEEDED = ("phone", "text")
BODIES = ("json", "form", "query")
SETTINGS = {"method", "url", "headers", "sign", "accepted", "for_now", *BODIES}
JUDGEMENTS = {"statuses", "path", "value"}
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110
MEDIA_TYPES = {"json": "application/json; charset=utf-8", "form": "application/x-www-form-urlencoded"}


class GatewayUnfit(Exception):
    """TEXT_GATEWAY cannot be used; the message is one sentence that says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes out; ``target`` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextGateway:
    """Where text messages go, and how the answers read. Its address, headers and fields hold secrets and are never
    shown."""

    method: str
    url: SplitResult = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body_kind: str
    body: Any = field(repr=False)
    sign: str
    statuses: frozenset[int]
    path: tuple[str, ...]
    accepted_codes: frozenset[str]
    codes_for_now: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> TextGateway:
        """Raises GatewayUnfit."""
        said = _read_json(text)
        if unknown := set(said) - SETTINGS:
            raise _unfit(f"has the unknown setting {min(unknown)!r}")
        body_kind = _one_body(said)
        accepted = _accepted(said.get("accepted", {}))
        return cls(
            method=_method(said.get("method", "POST"), body_kind),
            url=_url(said.get("url")),
            headers=_headers(said.get("headers", {})),
            body_kind=body_kind,
            body=_body(said[body_kind], body_kind),
            sign=_text(said.get("sign", ""), "sign"),
            statuses=_statuses(accepted.get("statuses", [])),
            path=tuple(part for part in _text(accepted.get("path", ""), "accepted.path").split(".") if part),
            accepted_codes=_codes(accepted.get("value", []), "accepted.value"),
            codes_for_now=_codes(said.get("for_now", []), "for_now"),
        )

    def request(self, *, phone: str, text: str, key: str) -> Request:
        words = {"phone": phone, "text": text, "key": key}
        filled = _map_text(self.body, lambda value: PLACEHOLDER.sub(lambda found: words[found[1]], value))
        # A header holds no line break and nothing beyond Latin-1, so of the three only the key may stand there.
        headers = {name: value.replace("{key}", key) for name, value in self.headers.items()}
        target, query = self.url.path or "/", self.url.query
        if self.body_kind == "query":
            query = "&".join(part for part in (query, urlencode(filled)) if part)
            body = b""
        else:
            body = json.dumps(filled).encode() if self.body_kind == "json" else urlencode(filled).encode()
            headers = {"Content-Type": MEDIA_TYPES[self.body_kind]} | headers
        return Request(self.method, f"{target}?{query}" if query else target, headers, body)

    def code_in(self, answer: bytes) -> str | None:
        """The value at the path of ``accepted``; None if the answer does not have it."""
        try:
            found = json.loads(answer)
            for part in self.path:
                found = found[int(part)] if isinstance(found, list) else found[part]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return None if isinstance(found, dict | list) else code_of(found)


def code_of(value: Any) -> str:
    """A code as it is compared and kept: providers write `0` and `"0"` as they please."""
    return value if isinstance(value, str) else json.dumps(value)


def _unfit(what: str) -> GatewayUnfit:
    return GatewayUnfit(f"TEXT_GATEWAY {what}: docs/operating.md shows examples.")


def _read_json(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise _unfit("holds no JSON") from None
    if not isinstance(said, dict):
        raise _unfit("must be a JSON object")
    return said


def _one_body(said: Mapping[str, Any]) -> str:
    named = [kind for kind in BODIES if kind in said]
    if len(named) != 1:
        raise _unfit("must have exactly one of json, form and query, which holds the fields of the request")
    return named[0]


def _method(method: Any, body_kind: str) -> str:
    allowed = ("GET", "POST") if body_kind == "query" else ("POST", "PUT")
    if method not in allowed:
        raise _unfit(f"must have as method one of {', '.join(allowed)} where the fields are in {body_kind}")
    return str(method)


def _url(url: Any) -> SplitResult:
    """Over the network only with TLS: numbers of families are in the request."""
    try:
        parts = urlsplit(_text(url, "url"))
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in ("https", "http") or parts.username is not None or parts.fragment:
        raise _unfit("must have as url an https:// address without user name and fragment")
    if re.search(r"[^!-~]", parts.netloc + parts.path + parts.query) or PLACEHOLDER.search(parts.geturl()):
        raise _unfit("must have a url of plain ASCII without placeholders; fields of the address belong into query")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise _unfit("may use http:// for an address of this machine only; everything else needs https://")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _headers(headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict):
        raise _unfit("must have as headers an object of names and texts")
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
            raise _unfit(f"cannot set the header {name!r}")
        if re.search(r"[^\t -~]", _text(value, f"headers.{name}")):
            raise _unfit(f"must have plain ASCII in the header {name!r}")
        if set(PLACEHOLDER.findall(value)) - {"key"}:
            raise _unfit(f"may have no placeholder but {{key}} in the header {name!r}")
    return dict(headers)


def _body(body: Any, kind: str) -> Any:
    if not isinstance(body, dict):
        raise _unfit(f"must have as {kind} an object of fields")
    if kind != "json" and not all(isinstance(value, str | int) for value in body.values()):
        raise _unfit(f"can have only texts and numbers as fields of {kind}")
    named = {name for text in _texts_in(body) for name in PLACEHOLDER.findall(text)}
    if unknown := named - set(KNOWN):
        raise _unfit(f"has the unknown placeholder {{{min(unknown)}}}; known are {{phone}}, {{text}} and {{key}}")
    if missing := [name for name in NEEDED if name not in named]:
        raise _unfit(f"must use the placeholder {{{missing[0]}}} in a field of {kind}")
    return body


def _map_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same structure with every text in it changed; names stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _map_text(inner, change) for name, inner in value.items()}
    return [_map_text(inner, change) for inner in value] if isinstance(value, list) else value


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(inner)


def _accepted(accepted: Any) -> dict[str, Any]:
    if not isinstance(accepted, dict) or set(accepted) - JUDGEMENTS:
        raise _unfit("must have as accepted an object of statuses, path and value")
    if ("path" in accepted) != ("value" in accepted):
        raise _unfit("must have in accepted both path and value, or neither")
    return accepted


def _statuses(statuses: Any) -> frozenset[int]:
    if not isinstance(statuses, list) or not all(type(one) is int and 200 <= one <= 299 for one in statuses):
        raise _unfit("must have as accepted.statuses a list of numbers from 200 to 299")
    return frozenset(statuses or range(200, 300))


def _codes(codes: Any, name: str) -> frozenset[str]:
    listed: Iterable[Any] = codes if isinstance(codes, list) else [codes]
    if not all(isinstance(code, str | int | bool) for code in listed):
        raise _unfit(f"must have as {name} a code or a list of codes")
    return frozenset(code_of(code) for code in listed)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _unfit(f"must have a text as {name}")
    return value
