"""Asking the running engine, with nothing but the standard library: commands must start fast."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyterm.cli.control_identity import MISDIRECTED, meant
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.places import VenuePlace
from polyterm.cli.venue_lock import read_record

ANSWER_S = 30.0
"""How long a command waits; long enough for the engine to ask the exchange first."""

_DATA = b"data: "

_CODES = {
    404: ExitCode.NOT_FOUND,
    423: ExitCode.STOPPED,
    502: ExitCode.UNREACHABLE,
}


class NoEngineError(Failure):
    """Nobody listens on the socket."""

    def __init__(self, venue: str, why: str = "") -> None:
        super().__init__(
            why
            or f"no engine runs on the {venue} venue; start one with polyterm or polyterm daemon",
            ExitCode.NO_ENGINE,
        )


class EngineEndedError(Failure):
    """It was there, and ended while something of it was watched."""

    def __init__(self) -> None:
        super().__init__("the engine has ended", ExitCode.NO_ENGINE)


class WrongEngineError(Failure):
    """The named socket is another engine's than was meant; nothing was done.

    Not taken for an engine that is gone: whoever named a socket meant somebody, and must say whom.
    """


class NoAnswerError(Failure):
    """Somebody listens, and says nothing."""


class BrokenOffError(NoAnswerError):
    """Somebody listened, and hung up."""


@dataclass(frozen=True, slots=True)
class EngineSocket:
    """The control socket of a running engine."""

    place: VenuePlace
    wanted: Path | None = None
    """From `--socket`; where not set, the engine's own record says where it listens."""
    any_folder: bool = False
    """Whether the socket alone says which engine of the venue is meant, not the data directory."""

    def ask(self, method: str, path: str, body: object = None, answer_s: float = ANSWER_S) -> Any:
        """The engine's answer; `Failure` with the right exit code where it refuses."""
        with self._connected(answer_s) as connection:
            response = self._exchange(connection, method, path, body)
            text = response.read()
        if response.status >= 400:
            raise self._refusal(response.status, text)
        return json.loads(text)

    def stream(self, path: str) -> Iterator[Any]:
        """What the server-sent events of a stream hold, as they come; it ends by a `Failure`."""
        with self._connected(None) as connection:
            response = self._exchange(connection, "GET", path, None)
            if response.status >= 400:
                raise self._refusal(response.status, response.read())
            for line in _lines(response):
                if line.startswith(_DATA):
                    yield json.loads(line.removeprefix(_DATA))
            raise EngineEndedError

    @contextmanager
    def _connected(self, answer_s: float | None) -> Iterator[http.client.HTTPConnection]:
        connection = UnixConnection(self._path(), answer_s)
        try:
            yield connection
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoEngineError(self.place.venue) from error
        except TimeoutError as error:
            raise NoAnswerError(f"the engine did not answer within {answer_s:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOffError(f"the engine broke off: {error!r}") from error
        finally:
            connection.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: object
    ) -> http.client.HTTPResponse:
        payload = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        headers |= meant(self.place, any_folder=self.any_folder)
        connection.request(method, path, payload, headers)
        return connection.getresponse()

    def _refusal(self, status: int, text: bytes) -> Failure:
        message, complaints = _told(status, text)
        if status != MISDIRECTED:
            return Failure(message, _CODES.get(status, ExitCode.FAILED), complaints)
        if self.wanted is None:
            # Where ours listened before it ended, another one does now.
            return NoEngineError(self.place.venue, message)
        return WrongEngineError(message, ExitCode.NO_ENGINE)

    def _path(self) -> Path:
        if self.wanted is not None:
            return self.wanted
        record = read_record(self.place.directory)
        if record is None or not record.socket:
            raise NoEngineError(self.place.venue)
        return Path(record.socket)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Line by line until it ends, however it does."""
    with suppress(OSError, http.client.HTTPException):
        yield from iter(response.readline, b"")


def _told(status: int, text: bytes) -> tuple[str, Sequence[Mapping[str, str]]]:
    """The message and the complaints of an answer that refuses."""
    try:
        error = json.loads(text)["error"]
        return error["message"], error["complaints"]
    except (ValueError, LookupError, TypeError):
        return f"the engine answered HTTP {status}", ()
