"""A connection that is hung up after a time, however slowly the other side keeps talking."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer


@contextmanager
def hung_up_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    """The timeout of a socket begins anew with every byte; this one does not."""
    timer = Timer(seconds, _hang_up, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already
