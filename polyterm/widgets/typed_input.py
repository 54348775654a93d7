"""A place to type in which keys take effect in the order in which they were pressed."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.binding import Binding
from textual.widgets import Input

_EDITING: Final = {binding.key: binding.action for binding in Binding.make_bindings(Input.BINDINGS)}


class TypedInput(Input):
    """An input that edits at once.

    Textual lets a key such as backspace rise to the app before it takes effect, while a letter
    takes effect on the spot: in a burst, as after a stall, what was typed after it is deleted.
    """

    async def _on_key(self, event: events.Key) -> None:
        action = _EDITING.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        await self.run_action(action)
