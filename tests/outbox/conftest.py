"""A group with letters to be sent, and a mail server to send them to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.core.transaction import transaction
from tests.builders import make_departure, make_leader, make_registered
from tests.outbox.mail_sink import MailSink, running_sink

ROBOT_HOSTS = (
    "qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "open.larksuite.com", "hooks.slack.com",
    "discord.com", "api.telegram.org", "default12ab.3a.environment.api.powerplatform.com",
)  # fmt: skip
CONTACT = Contact("Li Ming", "li@school.example", "13900001234")


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def booking(app: Flask) -> Booking:
    """A booking that was registered and confirmed in one step; the letters that this wrote are due."""
    with transaction():
        return make_registered(make_departure(), make_leader(), CONTACT)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that only this run knows, with its key, for every host that robots live on."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test.example")])
    hosts = [x509.DNSName(host) for host in ROBOT_HOSTS]
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    unsealed = serialization.NoEncryption()
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unsealed)
    )
    return file


@pytest.fixture
def robot_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
