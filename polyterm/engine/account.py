"""Money and shares: what the exchange says, less what is promised or not settled yet (rule R5).

A balance is a snapshot that may be older than a fill, so every fill stays on our own side of the
ledger until a balance was read that was asked for after the fill had settled.
"""

from __future__ import annotations

from collections.abc import Iterable

from polyterm.engine.clock import Clock
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Child, Parent
from polyterm.engine.ports import Exchange
from polyterm.engine.records import Cover, FillRecord
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import Dollars, Size, notional, notional_up
from polyterm.models.views import AccountView, PositionView
from polyterm.strategies.base import Funds


class Account:
    """The trader's cash and holdings as the engine may rely on them."""

    def __init__(
        self, exchange: Exchange, register: OrderRegister, monitor: MarketMonitor, clock: Clock
    ) -> None:
        self._exchange = exchange
        self._register = register
        self._monitor = monitor
        self._clock = clock
        self._cash: Dollars = 0
        self._cash_asked_ms = 0
        self._settled: dict[TokenId, Size] = {}
        self._settled_asked_ms: dict[TokenId, int] = {}
        self.is_known = False
        """Whether the cash balance was read at least once."""

    async def refresh(self) -> None:
        """Read cash and the holdings that may have changed; `ExchangeError` where that fails."""
        asked_ms = self._clock.now_ms()
        self._cash = await self._exchange.cash()
        self._cash_asked_ms = asked_ms
        self.is_known = True
        for token_id in self._tokens_due():
            await self.refresh_holding(token_id)
        self._forget_seen(asked_ms)

    async def refresh_holding(self, token_id: TokenId) -> None:
        """Read one holding."""
        asked_ms = self._clock.now_ms()
        self._settled[token_id] = await self._exchange.holding(token_id)
        self._settled_asked_ms[token_id] = asked_ms

    def knows(self, token_id: TokenId) -> bool:
        """Whether that holding was read at least once."""
        return token_id in self._settled

    @property
    def reserved(self) -> Dollars:
        """Worst-case cost of open buys, and of buys that the balance may not show yet."""
        open_buys = sum(
            self._worst_cost(child, child.remaining)
            for _, child in self._register.open_children()
            if child.record.side is Side.BUY
        )
        unseen = sum(
            notional_up(fill.price, fill.size) + fill.fee
            for fill in self._unseen(self._cash_asked_ms)
            if fill.side is Side.BUY
        )
        stated_only = sum(
            self._worst_cost(child, child.record.matched - child.traded - child.voided)
            for _, child in self._register.unsettled_children()
            if child.awaits_trades and child.record.side is Side.BUY
        )
        return open_buys + self._kept_by_hand() + unseen + stated_only

    @property
    def available(self) -> Dollars:
        """What a new child may spend."""
        return max(self._cash - self.reserved, 0)

    def held(self, token_id: TokenId) -> Size:
        """Shares owned, or about to be, by all that is known."""
        asked_ms = self._asked_ms(token_id)
        moved = sum(
            fill.size * fill.side.sign
            for fill in self._unseen(asked_ms)
            if fill.token_id == token_id
        )
        return max(self._settled.get(token_id, 0) + moved, 0)

    def sellable(self, token_id: TokenId) -> Size:
        """Settled shares that no open or unsettled sell stands for."""
        asked_ms = self._asked_ms(token_id)
        offered = sum(
            child.remaining
            for _, child in self._register.open_children()
            if child.record.side is Side.SELL and child.record.token_id == token_id
        )
        sold = sum(
            fill.size
            for fill in self._unseen(asked_ms)
            if fill.token_id == token_id and fill.side is Side.SELL
        )
        return max(self._settled.get(token_id, 0) - offered - sold, 0)

    def cover(self, token_id: TokenId, side: Side) -> Cover:
        """What pays for a new child, on the exchange's word (rule R4)."""
        if side is Side.BUY:
            return Cover(amount=self._cash - self._kept_by_hand(), asked_ms=self._cash_asked_ms)
        asked_ms = self._asked_ms(token_id)
        return Cover(amount=self._settled.get(token_id, 0), asked_ms=asked_ms)

    def funds(self, market: Market, token_id: TokenId) -> Funds:
        """What one order may reckon with."""
        opposite = market.opposite(token_id).token_id
        held_value = self._worth(token_id) + self._worth(opposite)
        others = (t for t in self._settled if t not in {token_id, opposite})
        wealth = self._cash_owned() + held_value + sum(self._worth(t) for t in others)
        return Funds(
            available=self.available,
            sellable=self.sellable(token_id),
            held=self.held(token_id),
            held_opposite=self.held(opposite),
            wealth=wealth,
            held_value=held_value,
        )

    def view(self) -> AccountView:
        """A frozen picture."""
        positions = (
            PositionView(token_id=token, size=self.held(token), spendable=self.sellable(token))
            for token in sorted(self._tokens())
        )
        return AccountView(
            address=self._exchange.address,
            cash=self._cash,
            reserved=self.reserved,
            positions=tuple(position for position in positions if position.size),
            at_ms=self._cash_asked_ms,
        )

    # -- inside --

    def _tokens(self) -> set[TokenId]:
        return self._register.traded_tokens | set(self._monitor.tokens) | set(self._settled)

    def _tokens_due(self) -> list[TokenId]:
        """Holdings that are there, that are being traded, or that nobody has looked at yet.

        The others were seen empty; one of them is looked at each time, as a person may buy by hand.
        """
        trading = {fill.token_id for fill in self._register.unseen_fills.values()}
        every = sorted(self._tokens(), key=lambda token_id: (self._asked_ms(token_id), token_id))
        due = [t for t in every if t in trading or self._settled.get(t) != 0]
        idle = [t for t in every if t not in due]
        return due + idle[:1]

    def _asked_ms(self, token_id: TokenId) -> int:
        return self._settled_asked_ms.get(token_id, 0)

    def _kept_by_hand(self) -> Dollars:
        """What buys placed by hand keep of the cash."""
        return sum(
            notional_up(order.price, max(order.size - order.matched, 0))
            for order in self._register.foreign.values()
            if order.side is Side.BUY
        )

    def _cash_owned(self) -> Dollars:
        """Cash once the fills that the balance may not show yet have settled."""
        spent = sum(
            notional(fill.price, fill.size) * fill.side.sign + fill.fee
            for fill in self._unseen(self._cash_asked_ms)
        )
        return max(self._cash - spent, 0)

    def _worth(self, token_id: TokenId) -> Dollars:
        """Holding at the best bid: what it would fetch, not what one hopes."""
        bid = self._monitor.top(token_id).best_bid
        return notional(bid.price, self.held(token_id)) if bid else 0

    def _unseen(self, asked_ms: int) -> Iterable[FillRecord]:
        for fill in self._register.unseen_fills.values():
            if fill.status is TradeStatus.FAILED:
                continue
            if fill.settled_ms is None or fill.settled_ms >= asked_ms:
                yield fill

    def _forget_seen(self, asked_ms: int) -> None:
        """Drop the fills that every balance, asked for since they settled, must show."""
        unseen = self._register.unseen_fills
        for key, fill in list(unseen.items()):
            if fill.settled_ms is not None and fill.settled_ms < asked_ms:
                del unseen[key]

    def _worst_cost(self, child: Child, size: Size) -> Dollars:
        market = self._monitor.market(child.record.token_id)
        cost = notional_up(child.record.price, size)
        if market is None or child.record.post_only:
            return cost
        return cost + market.fees.reserve(child.record.price, size)


def money_at_risk(parents: Iterable[Parent]) -> Dollars:
    """What fills have cost, net of sells, and what open buys could still cost."""
    return sum(
        parent.side.sign * parent.paid()
        + sum(
            notional_up(child.record.price, child.remaining)
            for child in parent.working
            if parent.side is Side.BUY
        )
        for parent in parents
    )
