"""The log: JSON lines beside the database, with fields that are named here and no others."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 5_000_000
KEPT = 3


class JsonLines(logging.Formatter):
    """One object a line. Tracebacks come without locals, which may hold secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the allowed fields of a record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to(path: Path) -> None:
    """Send this process's log to a file; nothing of it reaches the screen."""
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # These tell of every request, addresses and all.
    for talkative in ("httpx", "httpcore", "websockets", "uvicorn", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
