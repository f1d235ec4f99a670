"""A small load generator: threads that each keep one connection and send the next request when the answer has come."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Figures:
    """``seconds`` of wall time, answers by status, and each answer's time in seconds."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, share: float) -> float:
        return sorted(self.times)[int(share * (len(self.times) - 1))]


class Connection:
    """HTTP/1.1 over one kept connection, spending as little of the machine as it can."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        self._socket.sendall(request)
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        head, body = data[:end].lower(), data[end + 4 :]
        status = int(data[9:12])
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        while len(body) < length:
            body += self._receive()
        self._rest = body[length:]
        return status, data[:end], body[:length]

    def _receive(self) -> bytes:
        received = self._socket.recv(262144)
        if not received:
            raise ConnectionError("the server closed the connection")
        return received


def run(port: int, requests: Callable[[int, int], bytes], *, clients: int, seconds: float) -> Figures:
    """``clients`` at once for so many seconds; ``requests(client, number)`` is the next request of a client."""
    figures = Figures(seconds)
    start, end = threading.Barrier(clients + 1), threading.Event()
    lock = threading.Lock()

    def client(which: int) -> None:
        connection = Connection(port)
        statuses: Counter[int] = Counter()
        times = []
        start.wait()
        number = 0
        while not end.is_set():
            request = requests(which, number)
            began = time.perf_counter()
            status, _, _ = connection.ask(request)
            times.append(time.perf_counter() - began)
            statuses[status] += 1
            number += 1
        with lock:
            figures.statuses.update(statuses)
            figures.times.extend(times)

    threads = [threading.Thread(target=client, args=(which,)) for which in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    time.sleep(seconds)
    end.set()
    for thread in threads:
        thread.join()
    figures.seconds = time.perf_counter() - began
    return figures
