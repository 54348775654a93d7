"""`polyterm config`: where the settings are, whether they can be used, what is in force."""

from __future__ import annotations

import json

import click

from polyterm.cli.failure import unusable
from polyterm.cli.options import JSON
from polyterm.cli.places import config_file
from polyterm.cli.tables import table


@click.group(invoke_without_command=True)
@click.pass_context
def config(context: click.Context) -> None:
    """Look at the settings; shows them where nothing else is said."""
    if context.invoked_subcommand is None:
        context.invoke(show)


@config.command()
@JSON
def show(as_json: bool = False) -> None:
    """List every setting with its value and where that comes from."""
    from polyterm.cli.config_report import report

    settings = report(_settings())
    if as_json:
        known = {s.name: {"value": s.value, "source": s.source} for s in settings}
        click.echo(json.dumps(known))
        return
    click.echo(table(["setting", "value", "from"], [(s.name, s.value, s.source) for s in settings]))


@config.command()
@JSON
def check(as_json: bool) -> None:
    """Say whether the settings can be used; fails where not, with every reason."""
    _settings()
    known = {"ok": True, "file": str(config_file()), "exists": config_file().is_file()}
    click.echo(json.dumps(known) if as_json else "the settings can be used")


@config.command()
@JSON
def path(as_json: bool) -> None:
    """Print where the settings file is, or would be."""
    click.echo(json.dumps({"file": str(config_file())}) if as_json else str(config_file()))


def _settings():
    from polyterm.config import ConfigError, load_settings

    try:
        return load_settings()
    except ConfigError as error:
        raise unusable(error) from error
