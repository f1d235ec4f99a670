"""What may be chosen when starting, and what is said about a choice that cannot be."""

from __future__ import annotations

import socket

import pytest

from launcher.errors import Trouble
from launcher.run import check_address
from launcher.settings import ROOT, Settings


def test_without_any_choice() -> None:
    settings = Settings.from_environment({})
    assert (settings.public_url, settings.data, settings.demo) == ("http://127.0.0.1:8000", ROOT / "var", True)


def test_listening_everywhere_is_reached_on_this_machine() -> None:
    settings = Settings.from_environment({"HOST": "0.0.0.0", "PORT": "8001"})
    assert (settings.address, settings.public_url) == ("127.0.0.1", "http://localhost:8001")


def test_an_address_of_the_sixth_version_stands_in_brackets() -> None:
    assert Settings.from_environment({"HOST": "::1"}).public_url == "http://[::1]:8000"


def test_an_address_may_be_a_name() -> None:
    settings = Settings.from_environment({"HOST": "localhost"})
    assert settings.host in ("127.0.0.1", "::1")
    assert settings.public_url == "http://localhost:8000"


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(Trouble, match="HOST must be an address of this machine, not “no such host”"):
        Settings.from_environment({"HOST": "no such host"})


@pytest.mark.parametrize("port", ["0", "65536", "80x", "-1", "８０"])
def test_a_port_that_is_none(port: str) -> None:
    with pytest.raises(Trouble, match="PORT must be a number from 1 to 65535"):
        Settings.from_environment({"PORT": port})


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"port {port} on 127.0.0.1: is in use by another program"):
            check_address(Settings.from_environment({"PORT": str(port)}))


def test_an_address_of_another_machine() -> None:
    with pytest.raises(Trouble, match=r"port 8000 on 192\.0\.2\.1: Cannot assign requested address"):
        check_address(Settings.from_environment({"HOST": "192.0.2.1"}))
