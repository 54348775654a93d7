"""The log: JSON lines beside the database, with fields that are named here and no others."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from polyterm.cli.failure import Failure
from polyterm.cli.log_lines import put_aside
from polyterm.config import LogLevel, LogSettings

_OURS = "polyterm"
_chosen = set[str]()
"""Libraries that the settings gave a level of their own."""
_ORDER_TASK = "order "
"""Tasks that work an order are named so; what they say belongs to that order."""


class JsonLines(logging.Formatter):
    """One object a line. Tracebacks come without locals, which may hold secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the allowed fields of a record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        order_id = getattr(record, "order_id", None) or _order_at_work()
        if order_id:
            line["order"] = str(order_id)
        line["text"] = record.getMessage()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to(path: Path, settings: LogSettings) -> None:
    """Send this process's log to a file; nothing of it reaches the screen."""
    try:
        handler = RotatingFileHandler(
            path, maxBytes=settings.max_bytes, backupCount=settings.kept, encoding="utf-8"
        )
    except OSError as error:
        raise Failure(f"the log {path} cannot be written: {error.strerror}") from error
    # The handler drops the oldest of those it keeps; it never looks beyond, where more were kept.
    for old in put_aside(path)[settings.kept :]:
        old.unlink(missing_ok=True)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], force=True)
    set_levels(settings)


def set_levels(settings: LogSettings) -> None:
    """Let the log say as much as the settings want, module by module.

    Libraries warn, and say more only where they are named. Never below INFO: their debug lines
    quote headers and frames, and with them the credentials of a login.
    """
    ours = (name for name in logging.root.manager.loggerDict if name.startswith(_OURS))
    for name in (*ours, *_chosen):
        logging.getLogger(name).setLevel(logging.NOTSET)
    _chosen.clear()
    level = _number(settings.level)
    logging.getLogger().setLevel(max(level, logging.WARNING))
    logging.getLogger(_OURS).setLevel(level)
    for name, wanted in settings.levels.items():
        is_ours = name == _OURS or name.startswith(f"{_OURS}.")
        if not is_ours:
            _chosen.add(name)
        least = logging.NOTSET if is_ours else logging.INFO
        logging.getLogger(name).setLevel(max(_number(wanted), least))


def _number(level: LogLevel) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _order_at_work() -> str:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return ""
    name = task.get_name() if task else ""
    return name.removeprefix(_ORDER_TASK) if name.startswith(_ORDER_TASK) else ""
