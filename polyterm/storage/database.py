"""The store on SQLite: opened with care, one writer, every commit synced to disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from polyterm.engine.records import Batch, ChildRecord, OverfillError, Saved, StoreError
from polyterm.models.events import Event, OrderAdjusted, StopState, decode_event, encode_event
from polyterm.models.money import SIZE_STEP, format_units
from polyterm.storage import schema
from polyterm.storage.rows import CHILDREN, FILLS, PARENTS


@asynccontextmanager
async def open_store(path: Path) -> AsyncGenerator[Database]:
    """Open the journal at `path`, making it where there is none; `StoreError` where it is unfit."""
    _make_private(path)
    connection = await _connect(path)
    try:
        database = Database(connection, path)
        await database.prepare()
        yield database
    finally:
        await connection.close()


class Database:
    """The journal of one venue; implements `polyterm.engine.records.Store`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

    async def prepare(self) -> None:
        """Check that the file is a sound journal of a known version, or make it one."""
        try:
            for setting in schema.SETTINGS:
                await self._db.execute(setting)
            if await self._scalar("SELECT COUNT(*) FROM sqlite_master") == 0:
                await self._create()
            await self._check()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be used as a journal: {error}") from error

    async def load(self) -> Saved:
        """Everything that earlier runs wrote."""
        try:
            parents = await self._db.execute_fetchall("SELECT * FROM parents ORDER BY created_ms")
            children = await self._db.execute_fetchall(
                "SELECT * FROM children ORDER BY order_id, number"
            )
            fills = await self._db.execute_fetchall("SELECT * FROM fills ORDER BY at_ms")
            adjusted = await self._db.execute_fetchall(
                "SELECT body FROM events WHERE kind = ? ORDER BY seq", (OrderAdjusted.__name__,)
            )
            state = {row["name"]: row["value"] for row in await self._rows("SELECT * FROM state")}
            last_seq = await self._scalar("SELECT COALESCE(MAX(seq), 0) FROM events")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}") from error
        watermark = state.get("watermark_ms")
        events = (decode_event(row["body"]) for row in adjusted)
        return Saved(
            parents=tuple(PARENTS.read(row) for row in parents),
            children=tuple(CHILDREN.read(row) for row in children),
            fills=tuple(FILLS.read(row) for row in fills),
            adjustments=tuple(event for event in events if isinstance(event, OrderAdjusted)),
            last_seq=last_seq,
            stop=StopState(state.get("stop", StopState.RUNNING)),
            watermark_ms=None if watermark is None else int(watermark),
        )

    async def commit(self, batches: list[Batch]) -> list[StoreError | None]:
        """Commit batches in one transaction; a batch that breaks a rule is left out and named."""
        try:
            await self._db.execute("BEGIN IMMEDIATE")
            results = [await self._write(batch) for batch in batches]
            await self._db.execute("COMMIT")
        except sqlite3.Error as error:
            await self._undo()
            raise StoreError(f"{self._path} cannot be written: {error}") from error
        return results

    async def events_after(self, seq: int, limit: int = 1_000) -> tuple[Event, ...]:
        """Facts from the journal, oldest first."""
        try:
            rows = await self._rows(
                "SELECT body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
            )
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}") from error
        return tuple(decode_event(row[0]) for row in rows)

    # -- inside --

    async def _write(self, batch: Batch) -> StoreError | None:
        if batch.new_child is not None:
            excess = await self._insert_child(batch.new_child)
            if excess is not None:
                return excess
        await self._many(PARENTS.upsert, (PARENTS.row(parent) for parent in batch.parents))
        await self._many(CHILDREN.upsert, (CHILDREN.row(child) for child in batch.children))
        await self._many(FILLS.upsert, (FILLS.row(fill) for fill in batch.fills))
        await self._many(
            "INSERT INTO events (seq, at_ms, order_id, kind, body) VALUES (?, ?, ?, ?, ?)",
            (_event_row(event) for event in batch.events),
        )
        await self._many(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            _state_rows(batch),
        )
        return None

    async def _insert_child(self, child: ChildRecord) -> StoreError | None:
        rows = await self._rows(schema.EXPOSURE, (child.order_id,))
        if not rows:
            return StoreError(f"order {child.order_id} is not in the journal")
        target, exposure = rows[0]
        if exposure + child.size > target + SIZE_STEP:
            return OverfillError(
                f"{format_units(child.size)} shares more would exceed the order's size of "
                f"{format_units(target)}: {format_units(exposure)} are filled or at work"
            )
        await self._db.execute(CHILDREN.insert, CHILDREN.row(child))
        return None

    async def _create(self) -> None:
        await self._db.execute("BEGIN IMMEDIATE")
        for statement in schema.TABLES:
            await self._db.execute(statement)
        await self._db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        await self._db.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        await self._db.execute("COMMIT")

    async def _check(self) -> None:
        if await self._scalar("PRAGMA application_id") != schema.APPLICATION_ID:
            raise StoreError(f"{self._path} is a database of another program")
        version = await self._scalar("PRAGMA user_version")
        if version > schema.SCHEMA_VERSION:
            raise StoreError(
                f"{self._path} was written by a newer polyterm (schema {version}, this one knows "
                f"{schema.SCHEMA_VERSION}): use that one"
            )
        verdict = await self._scalar("PRAGMA quick_check")
        if verdict != "ok":
            raise StoreError(f"{self._path} is damaged: {verdict}")

    async def _undo(self) -> None:
        if self._db.in_transaction:
            await self._db.rollback()

    async def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        every = list(rows)
        if every:
            await self._db.executemany(statement, every)

    async def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        return list(await self._db.execute_fetchall(query, values))

    async def _scalar(self, query: str) -> int:
        return (await self._rows(query))[0][0]


def _event_row(event: Event) -> tuple[object, ...]:
    return event.seq, event.at_ms, event.order_id, type(event).__name__, encode_event(event)


def _state_rows(batch: Batch) -> list[tuple[object, ...]]:
    values = {"stop": batch.stop, "watermark_ms": batch.watermark_ms}
    return [(name, str(value)) for name, value in values.items() if value is not None]


def _make_private(path: Path) -> None:
    """Make the file ours alone before SQLite opens it: its WAL takes over the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error


async def _connect(path: Path) -> aiosqlite.Connection:
    try:
        connection = await aiosqlite.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened: {error}") from error
    connection.row_factory = sqlite3.Row
    return connection
