"""How a command says that it did not do what was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from polyterm.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from polyterm.config import ConfigError


class Failure(click.ClickException):
    """Ends the command: words on stderr, the exit code, and with `--json` an object on stdout."""

    def __init__(
        self,
        message: str,
        code: ExitCode = ExitCode.FAILED,
        complaints: Sequence[Mapping[str, str]] = (),
        *,
        names_flags: bool = True,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.exit_code = int(code)  # pyright: ignore[reportAttributeAccessIssue]
        self.complaints = tuple(complaints)
        context = click.get_current_context(silent=True)
        self._flags = _flags(context.command) if context and names_flags else {}
        self._as_json = bool(context and context.params.get("as_json"))

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it: called by click at the very end."""
        click.echo(f"polyterm: {self.message}", file=file, err=file is None)
        for complaint in self.complaints:
            field, reason = complaint.get("field", ""), self._spelled(complaint.get("reason", ""))
            name = self._flags.get(field, field)
            click.echo(f"  {name}: {reason}" if name else f"  {reason}", file=file, err=True)
        if self._as_json:
            error = {"message": self.message, "complaints": list(self.complaints)}
            click.echo(json.dumps({"error": error}))

    def _spelled(self, reason: str) -> str:
        """With flags in the place of other fields' names; one word could be a word of English."""
        return _LONG_NAME.sub(lambda name: self._flags.get(name[0], name[0]), reason)


def unusable(settings: ConfigError) -> Failure:
    """Settings that nothing can start with, each by its name."""
    complaints = [{"field": one.field, "reason": one.reason} for one in settings.complaints]
    return Failure("the settings cannot be used", complaints=complaints, names_flags=False)


def _flags(command: click.Command) -> dict[str, str]:
    """How the command line calls what a request calls so: `confirmed` is `--yes` there."""
    options = (option for option in command.params if isinstance(option, click.Option))
    return {_FIELDS.get(name, name): option.opts[-1] for option in options if (name := option.name)}


_FIELDS = {"token": "token_id"}
_LONG_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def end_unproved(message: str, code: ExitCode = ExitCode.FAILED) -> NoReturn:
    """End after the answer was printed, because it is not the one that was hoped for."""
    click.echo(f"polyterm: {message}", err=True)
    click.get_current_context().exit(int(code))
