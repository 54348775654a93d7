"""One request to a control socket and its answer, and a socket that answers oddly."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


def ask(path: Path, method: str, target: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Status and content; a header's name with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("localhost", timeout=20)) as connection:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(20)
        connection.sock.connect(str(path))
        connection.request(method, target, body if body is None else json.dumps(body), named)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


@contextmanager
def odd_engine(path: Path, answer: bytes) -> Iterator[None]:
    """What answers one request with these bytes, and hangs up."""
    path.unlink(missing_ok=True)
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()

        def reply() -> None:
            peer, _ = listener.accept()
            with closing(peer):
                peer.recv(65_536)
                peer.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        yield
        thread.join(10)
