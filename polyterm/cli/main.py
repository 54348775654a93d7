"""The `polyterm` command: the console, and the door to all other commands."""

from __future__ import annotations

import os
import sys

import click
from click.core import ParameterSource

from polyterm import __version__
from polyterm.cli.exit_codes import ExitCode
from polyterm.cli.failure import Failure
from polyterm.cli.lazy_group import Entry, LazyGroup
from polyterm.cli.options import SessionFlags, session_options

SECTIONS = {
    "Without a screen": {
        "demo": Entry(
            "polyterm.cli.demo:demo", "work three orders on the demo exchange, and report"
        ),
        "daemon": Entry(
            "polyterm.cli.daemon:daemon", "run the engine alone, behind a control socket"
        ),
    },
    "Against the running engine": {
        "add-order": Entry("polyterm.cli.add_order:add_order", "hand the engine an order"),
        "kelly-event": Entry(
            "polyterm.cli.kelly_event:kelly_event", "size or order a whole event by Kelly"
        ),
        "list-orders": Entry("polyterm.cli.order_commands:list_orders", "show the orders"),
        "status": Entry("polyterm.cli.order_commands:status", "show the engine, or one order"),
        "cancel": Entry("polyterm.cli.order_commands:cancel", "end an order, or all"),
        "change": Entry("polyterm.cli.order_commands:change", "change a working order"),
        "pause": Entry("polyterm.cli.order_commands:pause", "take an order out of the book"),
        "resume": Entry("polyterm.cli.order_commands:resume", "let a paused order go on"),
        "emergency-stop": Entry(
            "polyterm.cli.emergency_stop:emergency_stop", "cancel everything and prove it"
        ),
        "rearm": Entry("polyterm.cli.engine_commands:rearm", "lift a proved emergency stop"),
        "health": Entry("polyterm.cli.engine_commands:health", "say whether all is well"),
        "metrics": Entry("polyterm.cli.metrics_command:metrics", "show what the engine counts"),
        "limits": Entry("polyterm.cli.account_commands:limits", "show the limits in force"),
        "balance": Entry("polyterm.cli.account_commands:balance", "show the cash"),
        "positions": Entry("polyterm.cli.account_commands:positions", "show the shares held"),
        "markets": Entry("polyterm.cli.engine_commands:markets", "list or search markets"),
        "book": Entry("polyterm.cli.book_command:book", "show an order book, or watch it"),
    },
    "With or without an engine": {
        "fills": Entry("polyterm.cli.history_commands:fills", "list the trades of our orders"),
        "logs": Entry("polyterm.cli.history_commands:logs", "tell an order's story, show the log"),
        "export": Entry("polyterm.cli.export:export", "write orders, fills or decisions out"),
        "backup": Entry("polyterm.cli.backup:backup", "copy the journal, and check the copy"),
        "doctor": Entry("polyterm.cli.doctor:doctor", "look at all that trading stands on"),
        "config": Entry("polyterm.cli.config_commands:config", "show or check the settings"),
        "keys": Entry("polyterm.cli.keys:keys", "keep a key encrypted, show addresses"),
        "completion": Entry("polyterm.cli.completion:completion", "teach a shell the commands"),
    },
    "Exchange": {
        "exchange": Entry("polyterm.cli.exchange:exchange", "run the local exchange"),
        "fit-micro-price": Entry(
            "polyterm.cli.fit_micro_price:fit_micro_price", "fit an estimator to recordings"
        ),
        "convert": Entry("polyterm.cli.convert:convert", "make a recording out of a CSV file"),
    },
}

_EPILOG = (
    "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 no running engine, 4 not found, "
    "5 exchange unreachable, 6 stopped."
)


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@session_options
@click.version_option(__version__, prog_name="polyterm")
@click.pass_context
def polyterm(context: click.Context, flags: SessionFlags) -> None:
    """Trade on Polymarket from the terminal. Without a command: the console."""
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Failure(
            "the console needs a terminal; without one, try polyterm demo or polyterm daemon",
            ExitCode.USAGE,
        )
    from polyterm.cli.console import run_console

    sys.exit(run_console(flags))


def _refuse_options_before(context: click.Context) -> None:
    for option in context.command.params:
        if context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
            command = context.invoked_subcommand
            raise click.UsageError(f"{option.opts[0]} belongs after {command}", context)


def main() -> None:
    """Run the command line; every file made from here on is its owner's alone."""
    os.umask(0o077)
    polyterm(prog_name="polyterm")
