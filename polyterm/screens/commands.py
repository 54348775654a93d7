"""Every command of the console, declared once: keys, footer, help and palette all read this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from textual.binding import Binding


class Scope(StrEnum):
    """Where a command works."""

    APP = "Everywhere"
    TRADE = "Trade screen"
    ORDER = "Order page"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done."""

    id: str
    """Name in the key map of the settings, `area.verb`."""
    key: str
    action: str
    """Textual action with its name space."""
    label: str
    """One word for the footer."""
    title: str
    """Name in the palette, `area: verb noun`."""
    tooltip: str
    scope: Scope
    is_shown: bool = False
    """Whether the footer shows it."""
    is_priority: bool = False
    """Whether it works over dialogs and inputs too."""

    def binding(self) -> Binding:
        """The command as a key binding."""
        return Binding(
            self.key,
            self.action,
            self.label,
            show=self.is_shown,
            priority=self.is_priority,
            tooltip=self.tooltip,
            id=self.id,
        )


COMMANDS: tuple[Command, ...] = (
    Command(
        "stop.now",
        "ctrl+x",
        "app.emergency_stop",
        "STOP",
        "stop: cancel everything now",
        "Close the gate, cancel every order, and prove it. Works everywhere, asks nothing.",
        Scope.APP,
        is_shown=True,
        is_priority=True,
    ),
    Command(
        "stop.rearm",
        "R",
        "app.rearm",
        "Re-arm",
        "stop: re-arm after a stop",
        "Let orders be sent again after a verified stop; asks for a typed word.",
        Scope.APP,
    ),
    Command(
        "order.new",
        "n",
        "screen.new_order",
        "New",
        "order: start a new one",
        "Go to the ticket and type an order.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "order.submit",
        "ctrl+s",
        "screen.submit",
        "Submit",
        "order: submit the ticket",
        "Check and submit the ticket; enter in a field does the same.",
        Scope.TRADE,
    ),
    Command(
        "order.kelly",
        "k",
        "screen.kelly",
        "Kelly",
        "order: size by Kelly",
        "Work out a stake from your probability, and submit it as an order.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "order.cancel",
        "c",
        "screen.cancel_order",
        "Cancel",
        "order: cancel the picked one",
        "Cancel the order under the cursor of the table.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "order.change",
        "e",
        "screen.change_order",
        "Change",
        "order: change the picked one",
        "Give the order under the cursor another size, limit, urgency or deadline.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "order.pause",
        "p",
        "screen.pause_order",
        "Pause",
        "order: pause or resume the picked one",
        "Take the picked order out of the book and hold it, or let it go on.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "order.open",
        "enter",
        "screen.open_order",
        "Open",
        "order: open the picked one",
        "Show every child, fill and adjustment of the order under the cursor.",
        Scope.TRADE,
    ),
    Command(
        "order.finished",
        "h",
        "screen.toggle_finished",
        "History",
        "order: show or hide finished ones",
        "Show the newest orders that have ended below the running ones, or hide them.",
        Scope.TRADE,
    ),
    Command(
        "market.search",
        "slash",
        "screen.search",
        "Search",
        "market: search by name",
        "Find a market by words of its question.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "market.flip",
        "f",
        "screen.flip_outcome",
        "Flip",
        "market: flip the outcome",
        "Show the book of the market's other outcome.",
        Scope.TRADE,
        is_shown=True,
    ),
    Command(
        "view.markets",
        "m",
        "screen.view('markets')",
        "Markets",
        "view: go to the markets",
        "Go to the list of markets.",
        Scope.TRADE,
    ),
    Command(
        "view.book",
        "b",
        "screen.view('book')",
        "Book",
        "view: go to the book",
        "Go to the ladder: arrows scroll it, home brings the market back.",
        Scope.TRADE,
    ),
    Command(
        "view.orders",
        "o",
        "screen.view('orders')",
        "Orders",
        "view: go to the orders",
        "Go to the table of orders.",
        Scope.TRADE,
    ),
    Command(
        "view.log",
        "l",
        "screen.view('log')",
        "Log",
        "view: go to the log",
        "Go to the log of fills and adjustments.",
        Scope.TRADE,
    ),
    Command(
        "order.back",
        "escape",
        "screen.back",
        "Back",
        "view: back to the trade screen",
        "Leave the order's page.",
        Scope.ORDER,
        is_shown=True,
    ),
    Command(
        "order.change_open",
        "e",
        "screen.change_order",
        "Change",
        "order: change this one",
        "Give the order of this page another size, limit, urgency or deadline.",
        Scope.ORDER,
        is_shown=True,
    ),
    Command(
        "order.cancel_open",
        "c",
        "screen.cancel_order",
        "Cancel",
        "order: cancel this one",
        "Cancel the order of this page.",
        Scope.ORDER,
        is_shown=True,
    ),
    Command(
        "app.theme",
        "T",
        "app.change_theme",
        "Theme",
        "app: change the theme",
        "Pick other colours.",
        Scope.APP,
    ),
    Command(
        "app.palette",
        "ctrl+p",
        "app.command_palette",
        "Palette",
        "app: open the palette",
        "Find any command by name.",
        Scope.APP,
    ),
    Command(
        "app.help",
        "f1,question_mark",
        "app.show_help",
        "Help",
        "help: show all keys",
        "Show every key and what it does.",
        Scope.APP,
        is_shown=True,
    ),
    Command(
        "app.quit",
        "ctrl+q",
        "app.quit",
        "Quit",
        "app: quit polyterm",
        "Leave; asks what becomes of working orders.",
        Scope.APP,
        is_shown=True,
        is_priority=True,
    ),
    Command(
        "app.hint",
        "ctrl+c",
        "app.hint_quit",
        "Hint",
        "app: say how to quit",
        "Quitting is ctrl+q; this key only says so.",
        Scope.APP,
    ),
)


def keys_of(command: Command, keymap: Mapping[str, str]) -> tuple[Binding, ...]:
    """The keys of a command, one binding each, after the settings had their say."""
    key = keymap.get(command.id, command.key)
    return tuple(Binding.make_bindings([replace(command.binding(), key=key)]))


def bindings_of(scope: Scope) -> list[Binding]:
    """The key bindings of an app or a screen."""
    return [command.binding() for command in COMMANDS if command.scope is scope]
