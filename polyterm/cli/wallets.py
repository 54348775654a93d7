"""Keys: a play wallet for play money, the trader's own for real money; never printed."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import click

from polyterm.cli.failure import Failure
from polyterm.cli.places import VenuePlace, require_private, write_private
from polyterm.config import WalletSettings

KEY_VARIABLE = "POLYTERM_WALLET_KEY"
PASSPHRASE_VARIABLE = "POLYTERM_KEYSTORE_PASSPHRASE"  # noqa: S105 - the variable's name
_KEY = re.compile(r"^(0x)?[0-9a-fA-F]{64}$")


def play_key(place: VenuePlace, entropy: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """The venue's generated key in hex; made on first use, worth nothing anywhere else."""
    if not place.play_key.exists():
        write_private(place.play_key, entropy(32).hex())
    require_private(place.play_key)
    return checked_key(place.play_key.read_text(encoding="utf-8").strip(), str(place.play_key))


def live_key(settings: WalletSettings) -> str:
    """The trader's key in hex, from the environment or the keystore; `Failure` without one."""
    from_environment = os.environ.get(KEY_VARIABLE)
    if from_environment:
        return checked_key(from_environment, KEY_VARIABLE)
    if settings.key_file is None:
        raise Failure(
            "the live venue needs a wallet: name an encrypted keystore (wallet.key_file) "
            f"in the settings, or set {KEY_VARIABLE}"
        )
    return _from_keystore(settings.key_file.expanduser())


def _from_keystore(path: Path) -> str:
    if not path.is_file():
        raise Failure(f"wallet.key_file: {path} is not there")
    require_private(path)
    passphrase = os.environ.get(PASSPHRASE_VARIABLE) or _asked(path)

    from eth_keyfile.keyfile import extract_key_from_keyfile

    try:
        return extract_key_from_keyfile(str(path), passphrase.encode()).hex()
    except (ValueError, LookupError, TypeError, AttributeError, NotImplementedError) as error:
        # The library's text may quote what it was given.
        kind = type(error).__name__
        raise Failure(
            f"{path} cannot be opened: wrong passphrase, or no keystore ({kind})"
        ) from None


def _asked(path: Path) -> str:
    if not sys.stdin.isatty():
        raise Failure(f"{path} needs its passphrase; without a terminal, set {PASSPHRASE_VARIABLE}")
    return click.prompt(f"Passphrase of {path}", hide_input=True, err=True)


def checked_key(key: str, where: str) -> str:
    """The key without its prefix; `Failure`, which does not repeat it, where it is none."""
    if not _KEY.match(key):
        raise Failure(f"{where}: not a private key of 64 hexadecimal digits")
    return key.removeprefix("0x")
