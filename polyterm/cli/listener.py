"""Who listens on a socket already: a path is taken from the dead only."""

from __future__ import annotations

import http.client
from contextlib import closing
from pathlib import Path

from polyterm.cli.control_client import UnixConnection
from polyterm.cli.control_identity import PID, VENUE

ANSWER_S = 1.0
"""How long whoever listens has to say who it is."""


def who_listens(path: Path) -> str | None:
    """Words for whoever has the socket; nothing where nobody does."""
    with closing(UnixConnection(path, ANSWER_S)) as connection:
        try:
            connection.connect()
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except OSError as error:
            return f"something that cannot be asked ({error.strerror or error})"
        return _named(connection)


def _named(connection: UnixConnection) -> str:
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return "a program that does not say what it is"
    venue, pid = answer.getheader(VENUE), answer.getheader(PID)
    if venue is None or pid is None:
        return "another program"
    return f"the engine of the {venue} venue, process {pid},"
