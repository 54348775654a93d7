"""The fencing token: who opened the journal last writes it, all others are locked out (rule R7).

The venue's lock keeps a second polyterm away on this machine; the token also holds where a lock
does not, on a shared or restored disk.
"""

from __future__ import annotations

import sqlite3

from polyterm.storage.connecting import scalar
from polyterm.storage.errors import TakenOverError
from polyterm.storage.transaction import transaction

_SINCE_VERSION = 2
_TOKEN = "SELECT token FROM fence"  # noqa: S105 - counts openings, opens nothing


def token_of(connection: sqlite3.Connection) -> int:
    """How often the journal was opened for writing; 0 for one from before that was counted."""
    if scalar(connection, "PRAGMA user_version") < _SINCE_VERSION:
        return 0
    return scalar(connection, _TOKEN)


def take(connection: sqlite3.Connection) -> int:
    """Become the writer; the token to show at every commit."""
    with transaction(connection):
        connection.execute("UPDATE fence SET token = token + 1")
        return scalar(connection, _TOKEN)


def check(connection: sqlite3.Connection, token: int) -> None:
    """`TakenOverError` where somebody opened the journal since; ask inside the transaction."""
    if scalar(connection, _TOKEN) != token:
        raise TakenOverError(
            "another polyterm took over this journal: this one writes and sends nothing more"
        )
