"""The console's commands in the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from polyterm.screens.commands import COMMANDS, Command, Scope


class CommandProvider(Provider):
    """Offers what can be done on the screen that is open."""

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(command.title, self._run(command), help=command.tooltip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(command.title),
                    self._run(command),
                    help=command.tooltip,
                )

    def _commands(self) -> Iterator[Command]:
        here = {Scope.APP, getattr(self.screen, "SCOPE", None)}
        return (command for command in COMMANDS if command.scope in here)

    def _run(self, command: Command) -> partial[object]:
        return partial(self.app.run_action, command.action)
