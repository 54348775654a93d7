"""Which settings a running engine can take over, and which wait for its next start."""

from __future__ import annotations

from polyterm.engine.settings import EngineSettings

FIXED = frozenset({"workers", "stale_after_s", "on_restart", "heartbeat"})
"""What the engine's parts were built with; every other setting is read anew at each use."""


def taken_over(now: EngineSettings, new: EngineSettings) -> tuple[EngineSettings, tuple[str, ...]]:
    """The settings to go on with, and the names of those that need a restart to change."""
    changed = [
        name for name in now.model_fields_set | new.model_fields_set if _differs(now, new, name)
    ]
    free = {name: getattr(new, name) for name in changed if name not in FIXED}
    waiting = tuple(sorted(name for name in changed if name in FIXED))
    return now.model_copy(update=free), waiting


def _differs(now: EngineSettings, new: EngineSettings, name: str) -> bool:
    return getattr(now, name) != getattr(new, name)
