"""The doctor's questions, each on its own; none of them changes anything."""

from __future__ import annotations

import http.client
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from polyterm.cli.control_client import EngineSocket, NoEngineError
from polyterm.cli.journal_reader import open_journal
from polyterm.cli.places import VenuePlace, config_file, find_exchange_url
from polyterm.cli.venue_lock import read_record

POLYMARKET = "https://clob.polymarket.com"
SHORT_OF_DISK = 500_000_000
"""Bytes below which a journal may soon not be written."""
SKEW_S = 5.0
"""A clock that is further off has its signatures refused (`protocol.md` 1.2)."""
ANSWER_S = 5.0


class Verdict(StrEnum):
    """How a thing is."""

    WELL = "ok"
    NOTE = "note"
    """Nothing is wrong, but it is worth knowing."""
    ILL = "ILL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    text: str


Found = tuple[Verdict, str]


def _program(place: VenuePlace) -> Found:
    version = ".".join(map(str, sys.version_info[:3]))
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        return Verdict.NOTE, f"Python {version}; output is {encoding}, set a UTF-8 locale"
    return Verdict.WELL, f"Python {version}"


def _settings(place: VenuePlace) -> Found:
    from polyterm.config import ConfigError, load_settings

    try:
        load_settings()
    except ConfigError as error:
        return Verdict.ILL, str(error)
    there = config_file().is_file()
    return Verdict.WELL, str(config_file()) if there else f"defaults; {config_file()} is not there"


def _directory(place: VenuePlace) -> Found:
    if not place.directory.is_dir():
        standing = _standing(place)
        if not standing.is_dir():
            return Verdict.ILL, f"{place.directory} cannot be made: {standing} is a file"
        if not os.access(standing, os.W_OK | os.X_OK):
            return Verdict.ILL, f"{place.directory} cannot be made: no right to write {standing}"
        return Verdict.NOTE, f"{place.directory} is not there: nothing has run on this venue"
    open_to_others = [path.name for path in _private_files(place) if _others_may_read(path)]
    if open_to_others:
        return Verdict.ILL, f"others can read {', '.join(open_to_others)} in {place.directory}"
    return Verdict.WELL, str(place.directory)


def _standing(place: VenuePlace) -> Path:
    """The venue's folder, or the nearest above it that is there."""
    return next(path for path in (place.directory, *place.directory.parents) if path.exists())


def _private_files(place: VenuePlace) -> list[Path]:
    return [place.directory, *(path for path in place.directory.iterdir() if path.is_file())]


def _others_may_read(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _disk(place: VenuePlace) -> Found:
    free = shutil.disk_usage(_standing(place)).free
    text = f"{free // 1_000_000:,} MB free"
    return (Verdict.WELL if free > SHORT_OF_DISK else Verdict.ILL), text


def _journal(place: VenuePlace) -> Found:
    if not place.database.is_file():
        return Verdict.NOTE, "none yet"
    with open_journal(place.database) as journal:
        verdict = journal.verdict()
    size = f"{place.database.stat().st_size / 1_000_000:.1f} MB"
    return (Verdict.WELL, size) if verdict == "ok" else (Verdict.ILL, verdict)


def _wallet(place: VenuePlace) -> Found:
    from polyterm.cli.exit_codes import ExitCode
    from polyterm.cli.failure import Failure
    from polyterm.cli.wallet_address import wallet_address

    try:
        return Verdict.WELL, wallet_address(place)["address"]
    except Failure as error:
        is_missing = error.exit_code == ExitCode.NOT_FOUND
        return (Verdict.NOTE if is_missing else Verdict.ILL), error.message


def _engine(place: VenuePlace) -> Found:
    try:
        health = EngineSocket(place).ask("GET", "/health", answer_s=ANSWER_S)
    except NoEngineError:
        return Verdict.NOTE, "none runs"
    if health["can_trade"]:
        return Verdict.WELL, f"works {health['running']} orders"
    return Verdict.ILL, f"cannot trade: {health['problem']}"


def _exchange(place: VenuePlace) -> Found:
    url = _exchange_url(place)
    if url is None:
        return Verdict.NOTE, "starts with the engine"
    try:
        server_s = _server_time(url)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Verdict.ILL, f"{url} cannot be reached: {error}"
    off_s = time.time() - server_s
    if abs(off_s) > SKEW_S:
        return Verdict.ILL, f"{url}; our clock is {off_s:+.0f} s off: set it"
    return Verdict.WELL, url


def _exchange_url(place: VenuePlace) -> str | None:
    named = find_exchange_url()
    if named:
        return named
    if place.venue.is_real_money:
        return POLYMARKET
    record = read_record(place.directory)
    # The exchange that an engine started ends with it.
    return record.exchange or None if record and _is_alive(record.pid) else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _server_time(url: str) -> float:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=ANSWER_S)
    try:
        connection.request("GET", "/time", headers={"User-Agent": "polyterm"})
        return float(connection.getresponse().read())
    finally:
        connection.close()


CHECKS: dict[str, Callable[[VenuePlace], Found]] = {
    "program": _program,
    "settings": _settings,
    "files": _directory,
    "disk": _disk,
    "journal": _journal,
    "wallet": _wallet,
    "engine": _engine,
    "exchange": _exchange,
}
"""What is looked at, in this order."""
