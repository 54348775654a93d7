"""Where polyterm keeps its files: found cheaply, so that a short command stays short."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from polyterm.cli.failure import Failure
from polyterm.cli.settings_fault import fault_in_words
from polyterm.models.enums import VenueName

APP = "polyterm-console"
"""Name of the directories; plain `polyterm` belongs to another program."""


@dataclass(frozen=True, slots=True)
class VenuePlace:
    """The files of one venue."""

    venue: VenueName
    directory: Path

    @property
    def database(self) -> Path:
        """Orders, fills and the journal."""
        return self.directory / "polyterm.db"

    @property
    def play_key(self) -> Path:
        """Key of the generated wallet of a play-money venue."""
        return self.directory / "play-wallet.key"

    @property
    def credentials(self) -> Path:
        """API credentials: enough to cancel, not enough to move money."""
        return self.directory / "api-credentials.json"

    @property
    def exchange_log(self) -> Path:
        """What the local exchange wrote to its stderr."""
        return self.directory / "exchange.log"

    @property
    def log(self) -> Path:
        """What the engine and its front end wrote down for later."""
        return self.directory / "polyterm.log"

    def make(self) -> VenuePlace:
        """Create the directory, for the owner alone; `Failure` where it cannot be."""
        make_folder(self.directory)
        try:
            self.directory.chmod(0o700)
        except OSError as error:
            raise Failure(f"{self.directory}: {error.strerror}") from error
        return self


class SettingsFault(Failure):
    """The settings file cannot be used; the message names it, and where and what the fault is."""


def make_folder(path: Path) -> None:
    """Create a folder for the owner alone, and those above it; one that is there stays."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise Failure(f"{path} should be a folder, and is a file") from error
    except OSError as error:
        raise Failure(f"the folder {path} cannot be made: {error.strerror}") from error


def config_file() -> Path:
    """The settings file, whether it exists or not."""
    chosen = os.environ.get("POLYTERM_CONFIG_DIR")
    return Path(chosen or platformdirs.user_config_dir(APP)).expanduser() / "config.toml"


def read_config_file() -> dict[str, Any]:
    """The settings file as TOML; empty where there is none."""
    path = config_file()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsFault(fault_in_words(path, error)) from error


def named_venue(flag: str | None) -> str | None:
    """The venue by flag or environment; nothing where the settings file has the word."""
    return flag or os.environ.get("POLYTERM_VENUE")


def find_place(
    venue: str | None = None,
    data_dir: Path | None = None,
    settings: Callable[[], dict[str, Any]] = read_config_file,
) -> VenuePlace:
    """The files of a venue: flags win over the environment, and that over the settings file.

    `SettingsFault` where the file is needed and cannot be used.
    """
    named = named_venue(venue)
    wanted = named or settings().get("venue", VenueName.DEMO)
    try:
        name = VenueName(wanted)
    except ValueError as error:
        reason = f"venue: {wanted!r} is not one of {', '.join(VenueName)}"
        raise Failure(reason) if named else _unfit(reason) from error
    return VenuePlace(name, _data_root(data_dir, settings) / name)


def find_exchange_url(flag: str | None = None) -> str | None:
    """Address of an exchange that runs already; nothing where none was named."""
    return flag or os.environ.get("POLYTERM_EXCHANGE_URL") or read_config_file().get("exchange_url")


def _data_root(data_dir: Path | None, settings: Callable[[], dict[str, Any]]) -> Path:
    chosen = data_dir or os.environ.get("POLYTERM_DATA_DIR") or _configured_root(settings)
    return Path(chosen or platformdirs.user_data_dir(APP)).expanduser().absolute()


def _configured_root(settings: Callable[[], dict[str, Any]]) -> str | None:
    from_environment = os.environ.get("POLYTERM_PATHS__DATA_DIR")
    if from_environment:
        return from_environment
    paths = settings().get("paths", {})
    root = paths.get("data_dir") if isinstance(paths, dict) else None
    if root is not None and not isinstance(root, str):
        raise _unfit(f"paths.data_dir: {root!r} is no folder")
    return root


def _unfit(reason: str) -> SettingsFault:
    return SettingsFault(f"{config_file()}: {reason}")


def write_private(path: Path, text: str) -> None:
    """Put a file in place at once, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def require_private(path: Path) -> None:
    """Refuse a secret that others on this machine can read."""
    if path.stat().st_mode & 0o077:
        raise Failure(f"{path} can be read by others; run: chmod 600 {path}")
