"""SIGHUP to a daemon: read the settings again, and take over what may change at work."""

from __future__ import annotations

import logging

from polyterm.cli.logs import set_levels
from polyterm.config import ConfigError, load_settings
from polyterm.engine.engine import Engine

_log = logging.getLogger(__name__)


def reload_settings(engine: Engine) -> None:
    """Take over limits and log levels; settings that cannot be used change nothing."""
    try:
        settings = load_settings()
    except ConfigError as error:
        _log.error("the settings cannot be used, those before stay: %s", error)
        return
    set_levels(settings.logs)
    new = settings.engine.model_copy(update={"on_restart": engine.settings.on_restart})
    waiting = engine.take_settings(new)
    _log.info("settings read again; %s", _after_restart(waiting))


def _after_restart(names: tuple[str, ...]) -> str:
    return f"after a restart: {', '.join(names)}" if names else "all are in force"
