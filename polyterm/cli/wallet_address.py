"""Which wallet trades on a venue, found without unlocking anything."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.places import VenuePlace, read_config_file
from polyterm.cli.wallets import KEY_VARIABLE, checked_key
from polyterm.exchange.addresses import address_of, checksum_address


def wallet_address(place: VenuePlace) -> dict[str, Any]:
    """Venue, address and where its key lies; `Failure` where there is no wallet yet."""
    address, source = _live() if place.venue.is_real_money else _play(place)
    return {"venue": place.venue.value, "address": address, "key_from": source}


def _play(place: VenuePlace) -> tuple[str, str]:
    if not place.play_key.is_file():
        raise Failure(f"no wallet on the {place.venue} venue yet", ExitCode.NOT_FOUND)
    key = place.play_key.read_text(encoding="utf-8").strip()
    return _of_key(key, str(place.play_key)), str(place.play_key)


def _live() -> tuple[str, str]:
    key = os.environ.get(KEY_VARIABLE)
    if key:
        return _of_key(key, KEY_VARIABLE), KEY_VARIABLE
    named = _key_file()
    if named is None:
        raise Failure("no wallet: wallet.key_file is not set", ExitCode.NOT_FOUND)
    path = Path(named).expanduser()
    try:
        address = json.loads(path.read_text(encoding="utf-8"))["address"]
        return checksum_address("0x" + address.removeprefix("0x")), str(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise Failure(f"{path} is no keystore that names its address") from None


def _key_file() -> str | None:
    wallet = read_config_file().get("wallet")
    from_file = wallet.get("key_file") if isinstance(wallet, dict) else None
    return os.environ.get("POLYTERM_WALLET__KEY_FILE") or from_file


def _of_key(key: str, where: str) -> str:
    try:
        return address_of(bytes.fromhex(checked_key(key, where)))
    except ValueError:
        raise Failure(f"{where}: not a private key") from None
