"""What a process holds on to, read from outside: memory, handles, tasks, journal, history."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from polyterm.cli.control_client import EngineSocket
from polyterm.models.enums import OrderStatus


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look; sizes in bytes."""

    at_s: float
    resident: int
    handles: int
    tasks: int
    wal: int
    database: int
    working: int
    orders: int
    """Taken so far."""
    children: int
    """Made so far."""
    at_hand: int
    """Orders that the engine lists: those in memory, and the newest of those that have left it."""


def look(pid: int, engine: EngineSocket, at_s: float) -> Vitals:
    """Read the vitals of a daemon."""
    process = Path("/proc") / str(pid)
    pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    counts = engine.ask("GET", "/status")["orders"]
    orders, children = _rows(engine.place.database)
    return Vitals(
        at_s=at_s,
        resident=pages * resource.getpagesize(),
        handles=sum(1 for _ in (process / "fd").iterdir()),
        tasks=int(_gauge(engine, "polyterm_tasks")),
        wal=_size(engine.place.database.with_name(f"{engine.place.database.name}-wal")),
        database=_size(engine.place.database),
        working=sum(n for status, n in counts.items() if not OrderStatus(status).is_final),
        orders=orders,
        children=children,
        at_hand=sum(counts.values()),
    )


def _rows(path: Path) -> tuple[int, int]:
    """Orders and children in a journal; looked at from outside, so that the daemon reads none."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as journal:
        return journal.execute(
            "SELECT (SELECT COUNT(*) FROM parents), (SELECT COUNT(*) FROM children)"
        ).fetchone()


def _gauge(engine: EngineSocket, name: str) -> float:
    families: list[dict[str, Any]] = engine.ask("GET", "/metrics?format=json")
    (family,) = (family for family in families if family["name"] == name)
    return float(family["samples"][0]["value"])


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def slope(along: Sequence[float], values: Sequence[float]) -> float:
    """How much a value grows with each step along: the line of least squares."""
    middle, level = sum(along) / len(along), sum(values) / len(values)
    spread = sum((x - middle) ** 2 for x in along)
    joint = sum((x - middle) * (y - level) for x, y in zip(along, values, strict=True))
    return joint / spread if spread else 0.0


def table(samples: Sequence[Vitals]) -> str:
    """The samples for a person."""
    names = " ".join(f"{field.name:>11}" for field in fields(Vitals))
    return "\n".join([names, *(" ".join(f"{n:>11.0f}" for n in astuple(s)) for s in samples)])
