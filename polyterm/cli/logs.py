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
from polyterm.config import LogSettings

_TALKATIVE = ("httpx", "httpcore", "websockets", "uvicorn", "asyncio")
"""These tell of every request, addresses and all."""
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
    """Let the log say as much as the settings want, module by module."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("polyterm"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger().setLevel(settings.level.upper())
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    for name, level in settings.levels.items():
        logging.getLogger(name).setLevel(level.upper())


def _order_at_work() -> str:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return ""
    name = task.get_name() if task else ""
    return name.removeprefix(_ORDER_TASK) if name.startswith(_ORDER_TASK) else ""
