"""The markets to pick from, with their prices and a mark where we have orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import Market
from polyterm.models.snapshot import MarketSnapshot
from polyterm.widgets.numbers import NOTHING, price_text


class MarketList(Vertical):
    """Markets, two lines each: the question, and below it what it trades at."""

    BORDER_TITLE = "Markets"
    DEFAULT_CSS = """
    MarketList { height: 1fr; }
    MarketList > OptionList { height: 1fr; scrollbar-size-vertical: 1; }
    MarketList > Input { display: none; margin-bottom: 1; }
    MarketList.-searching > Input { display: block; }
    """
    BINDINGS = [Binding("escape", "end_search", "All markets", show=False)]

    @dataclass
    class Picked(Message):
        """A market was chosen."""

        market: Market

    @dataclass
    class Searched(Message):
        """Text to look for was typed; empty asks for all markets again."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._markets: dict[ConditionId, Market] = {}
        self._prices: dict[TokenId, str] = {}
        self._own: frozenset[TokenId] = frozenset()
        self._shown: ConditionId | None = None
        self._list = OptionList(compact=True, markup=False)
        self._search = Input(placeholder="search, esc ends", compact=True)

    def compose(self) -> ComposeResult:
        yield self._search
        yield self._list

    @property
    def markets(self) -> tuple[Market, ...]:
        """What the list holds."""
        return tuple(self._markets.values())

    def show_markets(self, markets: Iterable[Market]) -> None:
        """Show these markets instead."""
        self._markets = {market.condition_id: market for market in markets}
        self._list.clear_options()
        self._list.add_options(
            Option(self._prompt(market), id=key) for key, market in self._markets.items()
        )
        if self._markets:
            self._list.highlighted = 0
        self.border_subtitle = f"{len(self._markets)}"

    def show_price(self, snapshot: MarketSnapshot) -> None:
        """Show the newest prices of one of them."""
        tick = snapshot.market.tick
        bid, ask = snapshot.best_bid, snapshot.best_ask
        sides = " / ".join(price_text(level and level.price, tick) for level in (bid, ask))
        if self._prices.get(snapshot.token_id) != sides:
            self._prices[snapshot.token_id] = sides
            self._redraw(snapshot.market.condition_id)

    def mark_shown(self, market: Market) -> None:
        """Mark the market whose book is on screen."""
        before, self._shown = self._shown, market.condition_id
        for key in {before, self._shown} - {None}:
            self._redraw(key)

    def mark_own(self, tokens: frozenset[TokenId]) -> None:
        """Mark the markets in which these tokens have orders of ours."""
        changed, self._own = self._own ^ tokens, tokens
        for market in self._markets.values():
            if any(outcome.token_id in changed for outcome in market.outcomes):
                self._redraw(market.condition_id)

    def start_search(self) -> None:
        """Let the trader type what to look for."""
        self.add_class("-searching")
        self._search.focus()

    def action_end_search(self) -> None:
        """Go back to all markets."""
        if self.has_class("-searching"):
            self.remove_class("-searching")
            self._search.value = ""
        self._list.focus()

    def focus_list(self) -> None:
        """Go to the list itself."""
        self._list.focus()

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Searched(event.value.strip()))

    @on(Input.Submitted)
    def _to_results(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Picked(self._markets[ConditionId(event.option.id or "")]))

    def _redraw(self, key: ConditionId) -> None:
        if key in self._markets:
            self._list.replace_option_prompt(key, self._prompt(self._markets[key]))

    def _prompt(self, market: Market) -> Text:
        first = market.outcomes[0]
        own = any(outcome.token_id in self._own for outcome in market.outcomes)
        price = self._prices.get(first.token_id, NOTHING)
        shown = "▸" if market.condition_id == self._shown else " "
        state = "" if market.accepting_orders else " · closed"
        return Text.assemble(
            Text(market.question, no_wrap=True, overflow="ellipsis"),
            "\n",
            (f"{shown}{'◆' if own else ' '} {first.name} {price}{state}", "dim"),
            no_wrap=True,
            overflow="ellipsis",
        )
