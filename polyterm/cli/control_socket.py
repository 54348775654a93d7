"""The control socket: where it is, and the server on it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from polyterm.cli.failure import Failure
from polyterm.cli.places import APP, VenuePlace

MAX_PATH = 103
"""Bytes of a Unix socket's path that every platform takes (macOS has the shortest limit)."""


def choose_socket(place: VenuePlace, wanted: Path | None = None) -> Path:
    """The wanted path, or one in the runtime directory, or else beside the database."""
    if wanted is not None:
        return _fitting([wanted.expanduser().absolute()])
    beside = place.directory / "control.sock"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime:
        return _fitting([beside])
    # Two data directories may have the same venue; the digest keeps their sockets apart.
    digest = hashlib.sha256(os.fsencode(place.directory)).hexdigest()[:8]
    return _fitting([Path(runtime) / APP / f"{place.venue}-{digest}.sock", beside])


def _fitting(candidates: list[Path]) -> Path:
    for path in candidates:
        if len(os.fsencode(path)) <= MAX_PATH:
            return path
    raise Failure(f"{candidates[-1]} is too long for a socket; name a shorter one with --socket")


@contextlib.contextmanager
def bound_socket(path: Path) -> Iterator[socket.socket]:
    """Listen at `path`, for the owner alone; gone afterwards.

    The caller holds the venue's lock, so what still lies there belongs to nobody.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        _bind(listener, path)
        try:
            # From here on callers wait for an answer instead of finding nobody.
            listener.listen()
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _bind(listener: socket.socket, path: Path) -> None:
    # Under another umask the socket would be open to others for a moment.
    before = os.umask(0o177)
    try:
        listener.bind(os.fspath(path))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    finally:
        os.umask(before)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are the composition root's: they end the engine, and the engine ends this.
        yield


@contextlib.asynccontextmanager
async def serving(
    app: Starlette, listener: socket.socket, name: str = "control socket"
) -> AsyncIterator[None]:
    """Answer on the socket for as long as the block runs."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        http="h11",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]), name=name)
        try:
            yield
        finally:
            server.should_exit = True
