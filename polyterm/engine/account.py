"""Money and shares: what the exchange says, less what is promised or not settled yet (rule R5).

A balance is a snapshot that may be older than a fill, so every fill stays on our own side of the
ledger until a balance was read that holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from polyterm.engine.balance import Balance, Movement
from polyterm.engine.clock import Clock
from polyterm.engine.journal import Journal
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.parent import Child, Parent
from polyterm.engine.ports import Exchange
from polyterm.engine.records import Cover, FillRecord
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.events import Noticed
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import Dollars, Size, format_dollars, format_units, notional, notional_up
from polyterm.models.views import AccountView, PositionView
from polyterm.strategies.base import Funds


class Account:
    """The trader's cash and holdings as the engine may rely on them."""

    def __init__(
        self,
        exchange: Exchange,
        register: OrderRegister,
        monitor: MarketMonitor,
        clock: Clock,
        journal: Journal,
    ) -> None:
        self._exchange = exchange
        self._register = register
        self._monitor = monitor
        self._clock = clock
        self._journal = journal
        self._cash = Balance()
        self._shares: defaultdict[TokenId, Balance] = defaultdict(Balance)

    @property
    def is_known(self) -> bool:
        """Whether the cash balance was read at least once."""
        return self._cash.is_known

    async def refresh(self) -> None:
        """Read cash and the holdings that may have changed; `ExchangeError` where that fails."""
        asked_ms = self._clock.now_ms()
        value = await self._exchange.cash()
        if self._cash.read(value, asked_ms, self._cash_moves()):
            self._tell(f"{format_dollars(value)} of cash are there")
        for token_id in self._tokens_due():
            await self.refresh_holding(token_id)
        self._forget_seen()

    async def refresh_holding(self, token_id: TokenId) -> None:
        """Read one holding."""
        asked_ms = self._clock.now_ms()
        value = await self._exchange.holding(token_id)
        if self._shares[token_id].read(value, asked_ms, self._share_moves(token_id)):
            self._tell(f"{self._name(token_id)}: {format_units(value)} shares are held")

    def knows(self, token_id: TokenId) -> bool:
        """Whether that holding was read at least once."""
        return token_id in self._shares

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
            for fill in self._unseen(self._cash)
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
        return max(self._cash.safe - self.reserved, 0)

    def held(self, token_id: TokenId) -> Size:
        """Shares owned, or about to be, by all that is known."""
        balance = self._shares_of(token_id)
        moves = balance.unseen(self._share_moves(token_id))
        return max(balance.agreed + sum(move.amount for move in moves), 0)

    def sellable(self, token_id: TokenId) -> Size:
        """Settled shares that no open or unsettled sell stands for."""
        balance = self._shares_of(token_id)
        offered = sum(
            child.remaining
            for _, child in self._register.open_children()
            if child.record.side is Side.SELL and child.record.token_id == token_id
        )
        moves = balance.unseen(self._share_moves(token_id))
        sold = -sum(move.amount for move in moves if move.amount < 0)
        return max(balance.safe - offered - sold, 0)

    def cover(self, token_id: TokenId, side: Side) -> Cover:
        """What pays for a new child, on the exchange's word (rule R4)."""
        if side is Side.BUY:
            amount = self._cash.safe - self._kept_by_hand()
            return Cover(amount=amount, asked_ms=self._cash.asked_ms)
        balance = self._shares_of(token_id)
        return Cover(amount=balance.safe, asked_ms=balance.asked_ms)

    def funds(self, market: Market, token_id: TokenId) -> Funds:
        """What one order may reckon with."""
        opposite = market.opposite(token_id).token_id
        held_value = self._worth(token_id) + self._worth(opposite)
        others = (t for t in self._shares if t not in {token_id, opposite})
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
            cash=self._cash.latest,
            reserved=self.reserved,
            positions=tuple(position for position in positions if position.size),
            at_ms=self._cash.read_ms,
        )

    # -- inside --

    def _shares_of(self, token_id: TokenId) -> Balance:
        return self._shares.get(token_id, _NOTHING)

    def _tell(self, what: str) -> None:
        text = f"{what}, which the fills do not explain: moved elsewhere, or by hand"
        self._journal.record(Noticed(at_ms=self._clock.now_ms(), is_alarm=False, text=text))

    def _name(self, token_id: TokenId) -> str:
        market = self._monitor.market(token_id)
        return f"token {token_id[:8]}" if market is None else market.slug

    def _tokens(self) -> set[TokenId]:
        return self._register.traded_tokens | set(self._monitor.tokens) | set(self._shares)

    def _tokens_due(self) -> list[TokenId]:
        """Holdings that are there, that are being traded, or that nobody has looked at yet.

        The others were seen empty; one of them is looked at each time, as a person may buy by hand.
        """
        trading = {fill.token_id for fill in self._register.unseen_fills.values()}
        every = sorted(self._tokens(), key=lambda t: (self._shares_of(t).read_ms, t))
        due = [t for t in every if t in trading or self._may_hold(t)]
        idle = [t for t in every if t not in due]
        return due + idle[:1]

    def _may_hold(self, token_id: TokenId) -> bool:
        balance = self._shares_of(token_id)
        return not balance.is_known or bool(balance.latest or balance.agreed)

    def _kept_by_hand(self) -> Dollars:
        """What buys placed by hand keep of the cash."""
        return sum(
            notional_up(order.price, max(order.size - order.matched, 0))
            for order in self._register.foreign.values()
            if order.side is Side.BUY
        )

    def _cash_owned(self) -> Dollars:
        """Cash once the fills that the balance may not show yet have settled."""
        moves = self._cash.unseen(self._cash_moves())
        return max(self._cash.agreed + sum(move.amount for move in moves), 0)

    def _worth(self, token_id: TokenId) -> Dollars:
        """Holding at the best bid: what it would fetch, not what one hopes."""
        bid = self._monitor.top(token_id).best_bid
        return notional(bid.price, self.held(token_id)) if bid else 0

    def _cash_moves(self) -> list[Movement]:
        return [_cash_move(fill) for fill in self._register.unseen_fills.values()]

    def _share_moves(self, token_id: TokenId) -> list[Movement]:
        fills = self._register.unseen_fills.values()
        return [_share_move(fill) for fill in fills if fill.token_id == token_id]

    def _unseen(self, balance: Balance) -> Iterable[FillRecord]:
        for key, fill in self._register.unseen_fills.items():
            if key not in balance.seen and fill.status is not TradeStatus.FAILED:
                yield fill

    def _forget_seen(self) -> None:
        """Drop the fills that are final and that both balances hold."""
        unseen = self._register.unseen_fills
        for key, fill in list(unseen.items()):
            balances = (self._cash, self._shares_of(fill.token_id))
            held = all(key in balance.seen for balance in balances)
            gone = not any(key in balance.seen for balance in balances)
            has_failed = fill.status is TradeStatus.FAILED
            if (has_failed and gone) or (not has_failed and held and fill.settled_ms is not None):
                del unseen[key]
                for balance in balances:
                    balance.seen.discard(key)

    def _worst_cost(self, child: Child, size: Size) -> Dollars:
        market = self._monitor.market(child.record.token_id)
        cost = notional_up(child.record.price, size)
        if market is None or child.record.post_only:
            return cost
        return cost + market.fees.reserve(child.record.price, size)


_NOTHING = Balance()
"""Of what nobody has asked for yet."""


def _cash_move(fill: FillRecord) -> Movement:
    return _move(fill, -notional(fill.price, fill.size) * fill.side.sign - fill.fee)


def _share_move(fill: FillRecord) -> Movement:
    return _move(fill, fill.size * fill.side.sign)


def _move(fill: FillRecord, amount: int) -> Movement:
    key = (fill.trade_id, fill.child_id)
    return Movement(key, amount, fill.status, fill.settled_ms)


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
