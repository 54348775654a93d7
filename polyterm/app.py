"""The console: one Textual app around a running engine, which it neither starts nor stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from polyterm.bridge import FRAMES_A_SECOND, Desk, FramePump, Topic, relay_events
from polyterm.engine.clock import Clock
from polyterm.engine.face import EngineFace
from polyterm.engine.settings import ExitPolicy
from polyterm.models.complaint import RefusedError
from polyterm.models.enums import VenueName
from polyterm.models.events import Event, StopState
from polyterm.models.market import Market
from polyterm.models.views import HealthView, StopView
from polyterm.screens.commands import COMMANDS, Scope, bindings_of, keys_of
from polyterm.screens.confirm import TypedWordDialog
from polyterm.screens.dialog import Dialog
from polyterm.screens.help import HelpDialog
from polyterm.screens.palette import CommandProvider
from polyterm.screens.quit import QuitDialog
from polyterm.screens.trade import TradeScreen
from polyterm.terminal import PatientDriver
from polyterm.widgets.fact_text import fact_text, is_alarm
from polyterm.widgets.stop_banner import StopBanner
from polyterm.widgets.themes import DARK, LIGHT, TRADING_COLOURS

_log = logging.getLogger(__name__)
_REARM_TEXT = (
    "Orders may be sent again after this. What was stopped stays stopped: "
    "orders that were at work do not come back by themselves.\n"
)


@dataclass
class EngineEvent(Message, bubble=False):
    """Something happened in the engine that a person may need to see."""

    event: Event


class PolytermApp(App[None]):
    """The console of one venue."""

    TITLE = "polyterm"
    CSS_PATH = "polyterm.tcss"
    COMMANDS = {CommandProvider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-roomy")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-high"), (46, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(Scope.APP)]

    def __init__(
        self,
        engine: EngineFace,
        *,
        venue: VenueName,
        clock: Clock,
        keymap: Mapping[str, str] | None = None,
        theme: str | None = None,
        markets: Awaitable[Sequence[Market]] | None = None,
        on_first_book: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(driver_class=PatientDriver)
        self.exit_choice: ExitPolicy | None = None
        """What the trader chose for the working orders; nothing where nobody was asked."""
        self._desk = Desk(engine, FramePump(engine), clock, venue)
        self._keys = dict(keymap or {})
        self._always_live = frozenset(
            binding.key
            for command in COMMANDS
            if command.is_priority
            for binding in keys_of(command, self._keys)
        )
        self._errands: set[asyncio.Task[None]] = set()
        self._trade = TradeScreen(self._desk, markets, on_first_book)
        self._stop = StopView()
        self.add_class("-live" if venue.is_real_money else "-play")
        for own in (DARK, LIGHT):
            self.register_theme(own)
        self.theme = theme or DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return TRADING_COLOURS

    def get_default_screen(self) -> Screen[None]:
        return self._trade

    def on_mount(self) -> None:
        self.set_keymap(self._keys)
        self._desk.pump.watch(self, Topic.HEALTH, self._show_health)
        self.set_interval(1 / FRAMES_A_SECOND, self._desk.pump.tick, name="frame pump")
        self._relay_facts()

    async def on_event(self, event: events.Event) -> None:
        if self._is_meant_for_before(event):
            return
        await super().on_event(event)

    def _is_meant_for_before(self, event: events.Event) -> bool:
        dialog = next(reversed(self.screen_stack), None)
        if not isinstance(dialog, Dialog) or not dialog.ignores(event):
            return False
        return not (isinstance(event, events.Key) and event.key in self._always_live)

    # -- facts and state --

    @work(group="facts")
    async def _relay_facts(self) -> None:
        await relay_events(self._desk.engine, lambda event: self.post_message(EngineEvent(event)))

    @on(EngineEvent)
    def _take_fact(self, message: EngineEvent) -> None:
        self._trade.add_fact(message.event)
        if is_alarm(message.event):
            words = fact_text(message.event) or ""
            self.notify(words, severity="warning", markup=False)

    def _show_health(self, health: HealthView) -> None:
        self._show_stop(health.stop)

    def _show_stop(self, stop: StopView) -> None:
        self._stop = stop
        for screen in self.screen_stack:
            banner = next(iter(screen.query(StopBanner)), None)
            if stop.state is StopState.RUNNING:
                if banner is not None:
                    banner.remove()
            elif banner is None:
                screen.mount(StopBanner(stop))
            else:
                banner.show_stop(stop)

    @on(events.AppBlur)
    def _slow_down(self) -> None:
        self._desk.pump.is_blurred = True

    @on(events.AppFocus)
    def _speed_up(self) -> None:
        self._desk.pump.is_blurred = False

    # -- commands --

    def action_emergency_stop(self) -> None:
        """Stop everything now: starts at once, asks nothing, waits for nothing."""
        self._start(self._desk.engine.emergency_stop("on the keyboard"), "emergency stop")
        if self._stop.state is StopState.RUNNING:
            self._show_stop(StopView(state=StopState.STOPPING, since_ms=self._desk.clock.now_ms()))

    @work
    async def action_rearm(self) -> None:
        """Let orders be sent again, after a typed word."""
        if self._stop.state is StopState.RUNNING:
            self.notify("Nothing is stopped", markup=False)
            return
        if not await self.push_screen_wait(TypedWordDialog("Re-arm", _REARM_TEXT, "REARM")):
            return
        try:
            await self._desk.engine.rearm()
        except RefusedError as refusal:
            self.notify(str(refusal), severity="error", markup=False)

    async def action_quit(self) -> None:
        """Leave; where orders work, ask what becomes of them."""
        self._ask_and_exit()

    @work(exclusive=True, group="quit")
    async def _ask_and_exit(self) -> None:
        orders = [o for o in self._desk.engine.list_orders() if not o.status.is_final]
        if orders:
            resting = sum(len(order.working) for order in orders)
            choice = await self.push_screen_wait(QuitDialog(len(orders), resting))
            if choice is None:
                return
            self.exit_choice = choice
        self.exit()

    def request_exit(self) -> None:
        """Leave without asking: for signals."""
        self.exit()

    def action_hint_quit(self) -> None:
        """Say how to quit."""
        self.notify("ctrl+q quits, ctrl+x stops all orders", markup=False, timeout=4)

    def action_show_help(self) -> None:
        """Show all keys."""
        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self._keys))

    def _start(self, errand: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(errand, name=name)
        self._errands.add(task)
        task.add_done_callback(self._end_errand)

    def _end_errand(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)
            words = f"{task.get_name()} failed ({type(error).__name__}), see the log"
            self.notify(words, severity="error", markup=False)

    def _fatal_error(self) -> None:
        # Textual would print a traceback with local variables, and a key could be one of them.
        error = self._exception
        _log.error("the console crashed: %s", type(error).__name__, exc_info=error)
        self._exit_renderables.append(
            f"polyterm's screen crashed ({type(error).__name__}); see the log for where."
        )
        self._close_messages_no_wait()
