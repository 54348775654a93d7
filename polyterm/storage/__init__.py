"""The journal: one SQLite database a venue."""

from __future__ import annotations

from polyterm.storage.database import open_store

__all__ = ["open_store"]
