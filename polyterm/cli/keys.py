"""`polyterm keys`: put a key into an encrypted keystore, show addresses; never a key."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from polyterm.cli.failure import Failure
from polyterm.cli.options import JSON, place_options
from polyterm.cli.places import VenuePlace, config_file, write_private
from polyterm.cli.tables import facts
from polyterm.cli.wallets import PASSPHRASE_VARIABLE, checked_key

SHORTEST = 8
"""Characters of a passphrase; the file is all that stands between a thief and the money."""


@click.group()
def keys() -> None:
    """Keep the wallet's key encrypted, and see which wallet trades."""


@keys.command("import")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The keystore to write; beside the settings where not set.",
)
@JSON
def import_key(out: Path | None, as_json: bool) -> None:
    """Read a private key, from the keyboard or standard input, into a new keystore (eth v3).

    The passphrase is asked for, or comes from POLYTERM_KEYSTORE_PASSPHRASE.
    """
    target = (out or config_file().with_name("wallet.json")).expanduser().absolute()
    if target.exists():
        raise Failure(f"{target} is there already; nothing is ever written over a key")
    key = bytes.fromhex(_key())
    address = _address(key)
    _write(target, key, _passphrase())
    known = {"address": address, "key_file": str(target)}
    click.echo(json.dumps(known) if as_json else facts(known.items()))
    if not as_json:
        click.echo(f'In the settings: [wallet] key_file = "{target}"', err=True)


@keys.command("show")
@place_options
def show_addresses(place: VenuePlace, as_json: bool) -> None:
    """Show the address of the wallet that trades on a venue; needs no passphrase."""
    from polyterm.cli.wallet_address import wallet_address

    known = wallet_address(place)
    click.echo(json.dumps(known) if as_json else facts(known.items()))


def _key() -> str:
    if sys.stdin.isatty():
        text = click.prompt("Private key", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    return checked_key(text.strip(), "what was given")


def _address(key: bytes) -> str:
    from polyterm.exchange.addresses import address_of

    try:
        return address_of(key)
    except ValueError as error:
        raise Failure(f"what was given: {error}") from None


def _passphrase() -> str:
    chosen = os.environ.get(PASSPHRASE_VARIABLE)
    if chosen is None and not sys.stdin.isatty():
        raise Failure(f"without a terminal, set {PASSPHRASE_VARIABLE}")
    if chosen is None:
        chosen = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    if len(chosen) < SHORTEST:
        raise Failure(f"a passphrase has at least {SHORTEST} characters")
    return chosen


def _write(target: Path, key: bytes, passphrase: str) -> None:
    from eth_keyfile.keyfile import create_keyfile_json

    sealed = create_keyfile_json(key, passphrase.encode())
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(target, json.dumps(sealed))
