"""`polyterm completion`: the lines that teach a shell our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_POLYTERM_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script for the shell to load: eval "$(polyterm completion bash)"."""
    made = get_completion_class(shell)
    if made is not None:
        root = context.find_root().command
        click.echo(made(root, {}, "polyterm", _VARIABLE).source())
