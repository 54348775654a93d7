"""Settings: a TOML file, `POLYTERM_` variables over it, flags over both."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from polyterm.cli.places import config_file
from polyterm.cli.settings_fault import fault_in_words
from polyterm.engine.settings import EngineSettings
from polyterm.models.complaint import Complaint
from polyterm.models.enums import VenueName

PREFIX = "POLYTERM_"
OTHER_VARIABLES = frozenset(
    {"DATA_DIR", "CONFIG_DIR", "WALLET_KEY", "KEYSTORE_PASSPHRASE", "FIRST_PAINT_FILE"}
)
"""Variables that are no settings: places, secrets, and the start benchmark's."""


class ConfigError(Exception):
    """A setting is unknown or bad; the message names it, where it stands, and why."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(map(str, self.complaints)))


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsoleSettings(_Section):
    """How the console looks and which keys it listens to."""

    theme: str | None = None
    """Name of a theme; the palette lists them."""
    keymap: dict[str, str] = Field(default_factory=dict[str, str])
    """Keys by the id of what they do: `"app.emergency_stop" = "ctrl+x"`."""


class WalletSettings(_Section):
    """Who signs on the live venue. The key itself never stands in this file."""

    key_file: Path | None = None
    """Encrypted keystore (eth v3); without it the key comes from POLYTERM_WALLET_KEY."""
    signature_type: int = Field(default=0, ge=0, le=3)
    """0 plain wallet, 1 email proxy, 2 browser proxy, 3 deposit wallet (`protocol.md` 3)."""
    funder: str | None = Field(default=None, pattern=r"^0x[0-9a-fA-F]{40}$")
    """Address that holds the funds, where it is not the wallet itself."""


class PathSettings(_Section):
    """Where files go."""

    data_dir: Path | None = None
    """Databases, logs and play wallets, a directory a venue; the platform's place if not set."""


class LogLevel(StrEnum):
    """What is worth a line in the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogSettings(_Section):
    """How much is logged, and how much of it is kept."""

    level: LogLevel = LogLevel.INFO
    """The least that is worth a line."""
    levels: dict[str, LogLevel] = Field(default_factory=dict[str, LogLevel])
    """Other levels by module: `"polyterm.exchange" = "debug"`."""
    max_bytes: int = Field(default=5_000_000, ge=10_000, le=1_000_000_000)
    """Size at which a log file is put aside and a new one begun."""
    kept: int = Field(default=3, ge=1, le=100)
    """How many that were put aside are kept."""


class JournalSettings(_Section):
    """How long the journal keeps what is over."""

    keep_decisions_days: int = Field(default=90, ge=0, le=36_500)
    """Days after an order's end for how it was worked: moves of children, repricings, their signed
    bytes; also for how feeds came and went. 0 keeps them for ever."""
    keep_facts_days: int = Field(default=0, ge=0, le=36_500)
    """Days after an order's end for all else that is told of it, as `polyterm logs --order` does;
    also for alarms and stops. 0 keeps them for ever."""
    keep_orders_days: int = Field(default=0, ge=0, le=36_500)
    """Days after an order's end for the whole order, with its children, fills and all facts; profit
    and positions stay as they are, its client key is free again. 0 keeps orders for ever."""


class MetricsSettings(_Section):
    """What a daemon shows to a scraper."""

    port: int | None = Field(default=None, ge=0, le=65_535)
    """Port of 127.0.0.1 where a daemon serves /metrics and nothing else, 0 for a free one; the
    control socket alone where not set. Every user of this machine can read it."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__"
    )

    venue: VenueName = VenueName.DEMO
    """Which exchange to trade on where a command names none."""
    exchange_url: str | None = Field(default=None, pattern=r"^https?://[^/]+")
    """Another address of the exchange: a local exchange that already runs, or a proxy."""
    engine: EngineSettings = EngineSettings()
    """Limits and habits of the engine."""
    console: ConsoleSettings = ConsoleSettings()
    """Looks and keys."""
    wallet: WalletSettings = WalletSettings()
    """Who signs on the live venue."""
    paths: PathSettings = PathSettings()
    """Where files go."""
    logs: LogSettings = LogSettings()
    """How much is logged."""
    journal: JournalSettings = JournalSettings()
    """How long the journal keeps what no order needs any more."""
    metrics: MetricsSettings = MetricsSettings()
    """What a daemon shows to a scraper."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())


def load_settings(**flags: object) -> Settings:
    """Put the sources together; `ConfigError` names every setting that cannot be used."""
    _refuse_unknown_variables()
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        raise ConfigError(
            Complaint(_dotted(item["loc"]), f"{_reason(item)} ({_origin(item['loc'], given)})")
            for item in error.errors(include_url=False, include_input=False)
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Complaint("", fault_in_words(config_file(), error))]) from None


def _dotted(where: tuple[int | str, ...]) -> str:
    return ".".join(map(str, where))


def _reason(item: ErrorDetails) -> str:
    return "no such setting" if item["type"] == "extra_forbidden" else item["msg"]


def _origin(where: tuple[int | str, ...], flags: dict[str, object]) -> str:
    if where[0] in flags:
        return f"--{str(where[0]).replace('_', '-')}"
    return variable_of(where) or str(config_file())


def variable_of(where: tuple[int | str, ...]) -> str | None:
    """The environment variable that sets what stands there, if one does."""
    for depth in range(len(where), 0, -1):
        variable = PREFIX + "__".join(str(part).upper() for part in where[:depth])
        if variable in os.environ:
            return variable
    return None


def _refuse_unknown_variables() -> None:
    known = OTHER_VARIABLES | {name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        name, _, _ = variable.removeprefix(PREFIX).partition("__")
        if variable.startswith(PREFIX) and name not in known:
            raise ConfigError([Complaint(variable, "no such setting")])
