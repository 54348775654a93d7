"""API credentials on disk, apart from the key: an emergency stop must need no unlocking."""

from __future__ import annotations

import json
from pathlib import Path

from polyterm.cli.failure import Failure
from polyterm.cli.places import require_private, write_private
from polyterm.exchange.credentials import ApiCredentials


def write_credentials(path: Path, address: str, credentials: ApiCredentials) -> None:
    """Keep what the exchange gave to the key of that address."""
    known = {
        "address": address,
        "key": credentials.key,
        "secret": credentials.secret,
        "passphrase": credentials.passphrase,
    }
    write_private(path, json.dumps(known))


def read_credentials(path: Path) -> tuple[str, ApiCredentials]:
    """The signer's address and its credentials; `Failure` where there are none."""
    if not path.is_file():
        raise Failure(f"no API credentials in {path}: no engine has run on this venue yet")
    require_private(path)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        given = ApiCredentials(known["key"], known["secret"], known["passphrase"])
        return known["address"], given
    except (ValueError, LookupError, TypeError):
        raise Failure(f"{path} is damaged; start an engine once to have it written anew") from None
