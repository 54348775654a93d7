"""Faults of the market: fills at the worst moment, ticks, endings, balances."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from polyterm.models.money import format_units, parse_price, parse_units
from polyterm.models.tick import TICKS
from polyterm.simulator.faults.fault import WorldFault
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.orders import TraderOrder


class Which(StrEnum):
    """Which of the resting orders."""

    NAMED = "named"
    """The one that the request is about."""
    OLDEST = "oldest"
    NEWEST = "newest"
    ANY = "any"
    """By the plan's seed."""


class PartialFill(WorldFault, frozen=True, tag="partial_fill"):
    """A part of a resting order is matched now, whatever rests before it."""

    part: Decimal
    """Above 0, at most 1."""
    order: Which = Which.NEWEST

    def __post_init__(self) -> None:
        if not 0 < self.part <= 1:
            raise ValueError(f"`part` is above 0 and at most 1, not {self.part}")

    def strike(self, occasion: Occasion) -> None:
        """Match it, where one rests."""
        for order in _chosen(self.order, occasion):
            occasion.scene.hand.fill(order, int(order.remaining * self.part))
            occasion.firing.hit(order.id)


class FillAll(WorldFault, frozen=True, tag="fill_all"):
    """Every resting order of every trader is matched whole."""

    def strike(self, occasion: Occasion) -> None:
        """Match them."""
        for order in occasion.scene.hand.resting():
            occasion.scene.hand.fill(order, order.remaining)
            occasion.firing.hit(order.id)


class TickChange(WorldFault, frozen=True, tag="tick_change"):
    """The market's grid changes."""

    tick: Decimal
    """Dollars, such as 0.001."""
    market: str = ""
    """Slug or condition id; without it that of the newest resting order, or the first."""

    def __post_init__(self) -> None:
        if parse_price(self.tick) not in TICKS:
            raise ValueError(f"`tick` is none that the exchange has: {self.tick}")

    def strike(self, occasion: Occasion) -> None:
        """Change it."""
        state, tick = occasion.scene.hand.market(self.market), parse_price(self.tick)
        if state is not None and state.market.tick != tick:
            occasion.scene.hand.set_tick(state, tick)
            occasion.firing.hit(state.id)


class CloseMarket(WorldFault, frozen=True, tag="close_market"):
    """Trading ends without a winner; resting orders are cancelled."""

    market: str = ""

    def strike(self, occasion: Occasion) -> None:
        """End it."""
        _close(self.market, None, occasion)


class ResolveMarket(WorldFault, frozen=True, tag="resolve_market"):
    """Trading ends and one outcome has won."""

    winner: Literal[0, 1] = 0
    market: str = ""

    def strike(self, occasion: Occasion) -> None:
        """End it."""
        _close(self.market, self.winner, occasion)


class DropBalance(WorldFault, frozen=True, tag="drop_balance"):
    """Cash is spent elsewhere; orders that are no longer covered are cancelled."""

    to: Decimal = Decimal(0)
    """Dollars that stay; what unsettled trades need stays in any case."""
    account: Annotated[str, msgspec.Meta(pattern="^(0x[0-9a-fA-F]{40})?$")] = ""
    """Address of the wallet; without it, every trader's."""

    def __post_init__(self) -> None:
        if parse_units(self.to) < 0:
            raise ValueError(f"`to` is not below 0: {self.to}")

    def strike(self, occasion: Occasion) -> None:
        """Take it."""
        hand = occasion.scene.hand
        for account in hand.accounts(self.account):
            taken = hand.leave(account, parse_units(self.to))
            if taken:
                occasion.firing.hit(f"{account.address} {format_units(taken)}")


def _close(market: str, winner: int | None, occasion: Occasion) -> None:
    state = occasion.scene.hand.market(market)
    if state is not None and not state.closed:
        occasion.scene.hand.close(state, winner)
        occasion.firing.hit(state.id)


def _chosen(which: Which, occasion: Occasion) -> list[TraderOrder]:
    """One order, or none where none fits."""
    resting = occasion.scene.hand.resting()
    if which is Which.NAMED:
        return [order for order in resting if order.id in occasion.named][:1]
    if which is Which.ANY:
        return occasion.random.sample(resting, min(1, len(resting)))
    return resting[:1] if which is Which.OLDEST else resting[-1:]
