"""Money and shares: what the exchange says, less what is promised or not settled yet (rule R5).

A balance is a snapshot that may be older than a fill, so every fill stays on our own side of the
ledger until a balance was read that holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from polyterm.engine.balance import Balance, Movement
from polyterm.engine.claims import Claims
from polyterm.engine.clock import Clock
from polyterm.engine.journal import Journal
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.ports import Exchange
from polyterm.engine.records import Cover, FillRecord
from polyterm.engine.worths import Worths
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.events import Noticed
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.money import Dollars, Size, format_dollars, format_units, notional, notional_up
from polyterm.models.views import AccountView, PositionView
from polyterm.strategies.base import Funds


@dataclass(frozen=True, slots=True)
class _Holding:
    as_of: tuple[int, ...]
    held: Size
    unsold: Size
    """Settled, less what was sold since."""


@dataclass(frozen=True, slots=True)
class _UnseenCash:
    """What the cash balance may not show yet."""

    as_of: tuple[int, ...]
    buys: Dollars
    spent: Dollars


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
        self._readings = 0
        self._claims = Claims(register, monitor)
        self._worths = Worths(self._worth)
        self._holdings: dict[TokenId, _Holding] = {}
        self._funds: dict[TokenId, tuple[tuple[int, ...], Funds]] = {}
        self._moves = 0
        self._unseen_kept = _UnseenCash((), 0, 0)

    @property
    def is_known(self) -> bool:
        """Whether the cash balance was read at least once."""
        return self._cash.is_known

    async def refresh(self) -> None:
        """Read cash and the holdings that may have changed; `ExchangeError` where that fails."""
        asked_ms = self._clock.now_ms()
        value = await self._exchange.cash()
        self._readings += 1
        if self._cash.read(value, asked_ms, self._cash_moves()):
            self._tell(f"{format_dollars(value)} of cash are there")
        for token_id in self._tokens_due():
            await self.refresh_holding(token_id)
        self._forget_seen()

    async def refresh_holding(self, token_id: TokenId) -> None:
        """Read one holding."""
        asked_ms = self._clock.now_ms()
        value = await self._exchange.holding(token_id)
        self._readings += 1
        if self._shares[token_id].read(value, asked_ms, self._share_moves(token_id)):
            self._tell(f"{self._name(token_id)}: {format_units(value)} shares are held")

    def knows(self, token_id: TokenId) -> bool:
        """Whether that holding was read at least once."""
        return token_id in self._shares

    @property
    def reserved(self) -> Dollars:
        """Worst-case cost of open buys, and of buys that the balance may not show yet."""
        return self._claims.cash + self._kept_by_hand() + self._unseen_cash().buys

    @property
    def available(self) -> Dollars:
        """What a new child may spend."""
        return max(self._cash.safe - self.reserved, 0)

    def held(self, token_id: TokenId) -> Size:
        """Shares owned, or about to be, by all that is known."""
        return self._holding(token_id).held

    def sellable(self, token_id: TokenId) -> Size:
        """Settled shares that no open or unsettled sell stands for."""
        return max(self._holding(token_id).unsold - self._claims.shares(token_id), 0)

    def cover(self, token_id: TokenId, side: Side) -> Cover:
        """What pays for a new child, on the exchange's word (rule R4)."""
        if side is Side.BUY:
            amount = self._cash.safe - self._kept_by_hand()
            return Cover(amount=amount, asked_ms=self._cash.asked_ms)
        balance = self._shares_of(token_id)
        return Cover(amount=balance.safe, asked_ms=balance.asked_ms)

    def funds(self, market: Market, token_id: TokenId) -> Funds:
        """What one order may reckon with; orders of one token ask one after the other."""
        as_of = (*self._as_of(), self._monitor.markets_version, self._moves)
        kept = self._funds.get(token_id)
        if kept is None or kept[0] != as_of:
            kept = self._funds[token_id] = as_of, self._count_funds(market, token_id)
        return kept[1]

    def book_moved(self, token_id: TokenId) -> None:
        """The best bid of a token may be another, and with it the worth of a holding."""
        self._moves += 1
        self._worths.note(token_id)

    def view(self) -> AccountView:
        """A frozen picture."""
        positions = (
            self._position(token_id) for token_id in sorted(self._tokens()) if self.held(token_id)
        )
        return AccountView(
            address=self._exchange.address,
            cash=self._cash.latest,
            reserved=self.reserved,
            positions=tuple(positions),
            at_ms=self._cash.read_ms,
        )

    # -- inside --

    def _position(self, token_id: TokenId) -> PositionView:
        market, ours = self._monitor.market(token_id), self._register.ledger.of(token_id)
        slug, outcome = (ours.slug, ours.outcome) if ours is not None else ("", "")
        if market is not None:
            slug, outcome = market.slug, market.outcome(token_id).name
        return PositionView(
            token_id=token_id,
            slug=slug,
            outcome=outcome,
            size=self.held(token_id),
            spendable=self.sellable(token_id),
            bought=ours.bought if ours is not None else 0,
            cost=ours.paid + ours.buy_fees if ours is not None else 0,
        )

    def _count_funds(self, market: Market, token_id: TokenId) -> Funds:
        opposite = market.opposite(token_id).token_id
        both = self._worth(token_id), self._worth(opposite)
        unread = (
            worth
            for token, worth in zip((token_id, opposite), both, strict=True)
            if token not in self._shares
        )
        positions = self._worths.total(self._shares, self._as_of())
        return Funds(
            available=self.available,
            sellable=self.sellable(token_id),
            held=self.held(token_id),
            held_opposite=self.held(opposite),
            wealth=max(self._cash.agreed - self._unseen_cash().spent, 0) + positions + sum(unread),
            held_value=sum(both),
        )

    def _shares_of(self, token_id: TokenId) -> Balance:
        return self._shares.get(token_id, _NOTHING)

    def _tell(self, what: str) -> None:
        text = f"{what}, which the fills do not explain: moved elsewhere, or by hand"
        self._journal.record(Noticed(at_ms=self._clock.now_ms(), is_alarm=False, text=text))

    def _name(self, token_id: TokenId) -> str:
        market = self._monitor.market(token_id)
        return f"token {token_id[:8]}" if market is None else market.slug

    def _tokens(self) -> set[TokenId]:
        return {*self._register.ledger.tokens, *self._monitor.tokens, *self._shares}

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

    def _as_of(self) -> tuple[int, ...]:
        """The same for as long as no order, fill or balance has changed."""
        return self._register.version, self._readings

    def _holding(self, token_id: TokenId) -> _Holding:
        kept, as_of = self._holdings.get(token_id), self._as_of()
        if kept is None or kept.as_of != as_of:
            kept = self._holdings[token_id] = self._count_holding(token_id, as_of)
        return kept

    def _count_holding(self, token_id: TokenId, as_of: tuple[int, ...]) -> _Holding:
        balance = self._shares_of(token_id)
        moves = [move.amount for move in balance.unseen(self._share_moves(token_id))]
        sold = -sum(amount for amount in moves if amount < 0)
        return _Holding(as_of, max(balance.agreed + sum(moves), 0), balance.safe - sold)

    def _unseen_cash(self) -> _UnseenCash:
        if self._unseen_kept.as_of != self._as_of():
            buys = (fill for fill in self._unseen(self._cash) if fill.side is Side.BUY)
            moves = self._cash.unseen(self._cash_moves())
            self._unseen_kept = _UnseenCash(
                as_of=self._as_of(),
                buys=sum(notional_up(fill.price, fill.size) + fill.fee for fill in buys),
                spent=-sum(move.amount for move in moves),
            )
        return self._unseen_kept

    def _kept_by_hand(self) -> Dollars:
        """What buys placed by hand keep of the cash."""
        return sum(
            notional_up(order.price, max(order.size - order.matched, 0))
            for order in self._register.foreign.values()
            if order.side is Side.BUY
        )

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


_NOTHING = Balance()
"""Of what nobody has asked for yet."""


def _cash_move(fill: FillRecord) -> Movement:
    return _move(fill, -notional(fill.price, fill.size) * fill.side.sign - fill.fee)


def _share_move(fill: FillRecord) -> Movement:
    return _move(fill, fill.size * fill.side.sign)


def _move(fill: FillRecord, amount: int) -> Movement:
    key = (fill.trade_id, fill.child_id)
    return Movement(key, amount, fill.status, fill.settled_ms)


def money_at_risk(register: OrderRegister) -> Dollars:
    """What fills have cost, net of sells, and what open buys could still cost."""
    open_buys = (child for _, child in register.open_children() if child.record.side is Side.BUY)
    return register.ledger.spent + sum(
        notional_up(child.record.price, child.remaining) for child in open_buys
    )
