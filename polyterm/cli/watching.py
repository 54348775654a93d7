"""Showing something again and again, for as long as somebody looks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from polyterm.cli.control_client import BrokenOffError

EVERY_S = 0.5
"""Pause between two questions to the engine."""


def changes(read: Callable[[], Any], every_s: float = EVERY_S) -> Iterator[Any]:
    """What `read` gives, at first and whenever it has changed."""
    shown = read()
    yield shown
    while True:
        time.sleep(every_s)
        now = look_again(read, every_s)
        if now != shown:
            shown = now
            yield shown


def look_again(read: Callable[[], Any], pause_s: float) -> Any:
    """What `read` gives; where the engine hung up on it, what a second try gives or fails with."""
    try:
        return read()
    except BrokenOffError:
        # An engine that is ending hangs up at first, and is gone a moment later.
        time.sleep(pause_s)
        return read()


def show_each(answers: Iterable[Any], show: Callable[[Any], str], as_json: bool) -> None:
    """Print each answer until Ctrl+C: in place on a terminal, a line of JSON each for scripts."""
    in_place = not as_json and sys.stdout.isatty()
    try:
        for answer in answers:
            if in_place:
                click.clear()
            click.echo(json.dumps(answer) if as_json else show(answer))
            sys.stdout.flush()
    except KeyboardInterrupt:
        return
