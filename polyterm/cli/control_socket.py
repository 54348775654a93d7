"""The control socket: where it is, and the server on it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from polyterm.cli.failure import Failure
from polyterm.cli.listener import who_listens
from polyterm.cli.places import APP, VenuePlace, make_folder

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

    A socket on which nobody listens is replaced. Where somebody does, it stays: `Failure`.
    """
    make_folder(path.parent)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        with _alone_in(path.parent):
            _make_way(path)
            _bind(listener, path)
            # From here on callers wait for an answer instead of finding nobody.
            listener.listen()
            ours = _inode(path)
        try:
            yield listener
        finally:
            # Somebody may have taken the path by hand: what is not ours stays.
            if _inode(path) == ours:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder's lock: of two engines that find the same dead socket, one takes its place."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_way(path: Path) -> None:
    if not path.is_socket():
        # What else may lie there is nobody's to remove: binding says that the path is in use.
        return
    who = who_listens(path)
    if who is not None:
        raise Failure(f"{path}: {who} listens there; end it, or name another path with --socket")
    path.unlink(missing_ok=True)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    app: ASGIApp, listener: socket.socket, name: str = "control socket"
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
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]), name=name)
            try:
                yield
            finally:
                server.should_exit = True
    except BaseExceptionGroup as failures:
        # What failed in the block is told as if no server had run beside it.
        raise failures.exceptions[0] from None
