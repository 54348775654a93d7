"""From an older schema to this one, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from polyterm.storage import schema
from polyterm.storage.transaction import transaction


def migrate(
    connection: sqlite3.Connection,
    version: int,
    steps: Sequence[Sequence[str]] = schema.STEPS,
) -> None:
    """Take every step after `version`; a new file starts at 0. All of them hold, or none."""
    if version == len(steps):
        return
    with transaction(connection):
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
