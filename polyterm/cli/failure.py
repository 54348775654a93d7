"""How a command says that it did not do what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any, NoReturn

import click

from polyterm.cli.exit_codes import ExitCode


class Failure(click.ClickException):
    """Ends the command: words on stderr, the exit code, and with `--json` an object on stdout."""

    def __init__(
        self,
        message: str,
        code: ExitCode = ExitCode.FAILED,
        complaints: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.exit_code = int(code)  # pyright: ignore[reportAttributeAccessIssue]
        self.complaints = tuple(complaints)
        context = click.get_current_context(silent=True)
        self._as_json = bool(context and context.params.get("as_json"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it: called by click at the very end."""
        click.echo(f"polyterm: {self.message}", file=file, err=file is None)
        for complaint in self.complaints:
            field, reason = complaint.get("field", ""), complaint.get("reason", "")
            click.echo(f"  {field}: {reason}" if field else f"  {reason}", file=file, err=True)
        if self._as_json:
            error = {"message": self.message, "complaints": list(self.complaints)}
            click.echo(json.dumps({"error": error}))


def end_unproved(message: str, code: ExitCode = ExitCode.FAILED) -> NoReturn:
    """End after the answer was printed, because it is not the one that was hoped for."""
    click.echo(f"polyterm: {message}", err=True)
    click.get_current_context().exit(int(code))
