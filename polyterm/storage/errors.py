"""What can be wrong with the journal, in words for people."""

from __future__ import annotations

from polyterm.engine.records import OverfillError, StoreError

__all__ = ["OverfillError", "StoreError"]
