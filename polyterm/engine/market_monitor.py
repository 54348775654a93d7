"""The books of the watched markets, whether they can be trusted, and who wants to know.

A book is usable only if it was seen whole since the connection last changed, is young enough by
our own clock, has both sides, and is not crossed (rule R6). A quiet market proves its age by being
read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from polyterm.engine.clock import Clock
from polyterm.engine.own_sizes import OwnSizes
from polyterm.engine.ports import BookSnapshot
from polyterm.models.book import BookTop, OrderBook
from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Price, Size
from polyterm.models.snapshot import LastTrade, MarketSnapshot, OwnOrder

SHOWN_DEPTH = 50
DECISION_DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Others:
    """The book without our own orders, and what it was made of."""

    top: BookTop
    own: OwnSizes
    book: BookTop


@dataclass(slots=True, eq=False)
class _Watched:
    market: Market
    token_id: TokenId
    book: OrderBook = field(default_factory=OrderBook)
    is_whole: bool = False
    data_ms: int | None = None
    exchange_ms: int = 0
    updates: int = 0
    last_trade: LastTrade | None = None
    traded: Size = 0
    wrong_since_ms: int | None = None
    top: BookTop | None = None
    others: _Others | None = None


class MarketMonitor:
    """Holds the books; the market feed writes here, everybody else reads."""

    def __init__(
        self,
        clock: Clock,
        stale_after_ms: int,
        own_orders: Callable[[TokenId], Iterable[OwnOrder]],
        own_sizes: Callable[[TokenId], OwnSizes],
        on_change: Callable[[TokenId], None],
        on_feed: Callable[[bool, str], None],
    ) -> None:
        self._clock = clock
        self._stale_after_ms = stale_after_ms
        self._own_orders = own_orders
        self._own_sizes = own_sizes
        self._on_change = on_change
        self._on_feed = on_feed
        self._watched: dict[TokenId, _Watched] = {}
        self._watchers: Counter[ConditionId] = Counter()
        self._changed: set[TokenId] = set()
        self.markets_version = 0
        """Grows whenever a market comes, goes, or has another grid, fee or state."""
        self.is_up = False
        self.last_frame_ms: int | None = None

    # -- watching --

    @property
    def tokens(self) -> tuple[TokenId, ...]:
        """Tokens that the feed should follow."""
        return tuple(self._watched)

    def add(self, market: Market) -> bool:
        """Watch a market once more; true where it was not watched before."""
        self._watchers[market.condition_id] += 1
        if self._watchers[market.condition_id] > 1:
            return False
        for outcome in market.outcomes:
            self._watched[outcome.token_id] = _Watched(market, outcome.token_id)
        self.markets_version += 1
        return True

    def remove(self, market: Market) -> bool:
        """Watch a market once less; true where nobody watches it any more."""
        self._watchers[market.condition_id] -= 1
        if self._watchers[market.condition_id] > 0:
            return False
        del self._watchers[market.condition_id]
        for outcome in market.outcomes:
            self._watched.pop(outcome.token_id, None)
            self._on_change(outcome.token_id)
        self.markets_version += 1
        return True

    def market(self, token_id: TokenId) -> Market | None:
        """The market of a watched token, with its present grid and state."""
        watched = self._watched.get(token_id)
        return watched.market if watched else None

    def markets(self) -> tuple[Market, ...]:
        """All watched markets, each once."""
        return tuple({w.market.condition_id: w.market for w in self._watched.values()}.values())

    def update_market(self, market: Market) -> None:
        """Take over what discovery says of a watched market now."""
        for outcome in market.outcomes:
            watched = self._watched.get(outcome.token_id)
            if watched is not None and watched.market != market:
                self._set_market(watched, market)
                self._redraw(watched)

    # -- reading --

    def is_fresh(self, token_id: TokenId) -> bool:
        """Whether a decision may rest on the book of that token."""
        watched = self._watched.get(token_id)
        if watched is None or not watched.is_whole or watched.data_ms is None:
            return False
        return self._clock.now_ms() - watched.data_ms <= self._stale_after_ms

    def top(self, token_id: TokenId) -> BookTop:
        """The best levels, our own orders included."""
        watched = self._watched.get(token_id)
        if watched is None:
            return BookTop()
        if watched.top is None:
            watched.top = watched.book.top(DECISION_DEPTH)
        return watched.top

    def others(self, token_id: TokenId) -> BookTop:
        """The best levels as the others made them: our own orders taken out."""
        top, own = self.top(token_id), self._own_sizes(token_id)
        watched = self._watched.get(token_id)
        if watched is None or not own.taken_out:
            return top
        if watched.others is None or watched.others.top is not top or watched.others.own is not own:
            ours = ((side, price, size) for (side, price), size in own.taken_out.items())
            watched.others = _Others(top, own, top.without(ours))
        return watched.others.book

    def others_at(self, token_id: TokenId, side: Side, price: Price) -> Size:
        """What the others have resting at one price now."""
        ours = self._own_sizes(token_id).resting.get((side, price), 0)
        return max(self.size_at(token_id, side, price) - ours, 0)

    def size_at(self, token_id: TokenId, side: Side, price: Price) -> Size:
        """What rests at one price now."""
        watched = self._watched.get(token_id)
        return watched.book.size_at(side, price) if watched else 0

    def traded_size(self, token_id: TokenId) -> Size:
        """Shares printed in the token's market since it is watched; only differences mean anything.

        A print names the taker's token, and both tokens of a market share one liquidity.
        """
        market = self.market(token_id)
        if market is None:
            return 0
        return sum(self._watched[outcome.token_id].traded for outcome in market.outcomes)

    def snapshot(self, token_id: TokenId) -> MarketSnapshot | None:
        """A frozen picture for a person."""
        watched = self._watched.get(token_id)
        if watched is None or watched.data_ms is None:
            return None
        return MarketSnapshot(
            market=watched.market,
            token_id=token_id,
            book=watched.book.top(SHOWN_DEPTH),
            own=tuple(self._own_orders(token_id)),
            last_trade=watched.last_trade,
            data_ms=watched.data_ms,
            is_live=self.is_fresh(token_id),
            updates=watched.updates,
        )

    def take_changed(self) -> frozenset[TokenId]:
        """Tokens that changed since the last call."""
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def doubtful(self, wrong_for_ms: int, quiet_for_ms: int) -> tuple[TokenId, ...]:
        """Tokens whose book should be read: best prices contradicted, or no sign of life."""
        now = self._clock.now_ms()
        return tuple(
            token_id
            for token_id, watched in self._watched.items()
            if (watched.wrong_since_ms is not None and now - watched.wrong_since_ms > wrong_for_ms)
            or watched.data_ms is None
            or not watched.is_whole
            or now - watched.data_ms > quiet_for_ms
        )

    def confirm(self, book: BookSnapshot) -> None:
        """Take a book that was read: repair ours where it differs, else note that it stands."""
        watched = self._watched.get(book.token_id)
        if watched is None:
            return
        is_older = book.at_ms < watched.exchange_ms
        same = dict(book.bids) == watched.book.bids and dict(book.asks) == watched.book.asks
        if watched.is_whole and watched.wrong_since_ms is None and (same or is_older):
            watched.data_ms = self._clock.now_ms()
            return
        self.book_replaced(book)

    # -- the market feed's sink --

    def book_replaced(self, book: BookSnapshot) -> None:
        """A whole book arrived: it starts or repairs the book of that token."""
        watched = self._watched.get(book.token_id)
        if watched is None:
            return
        watched.book.replace(book.bids, book.asks)
        watched.exchange_ms = book.at_ms
        watched.is_whole = True
        watched.wrong_since_ms = None
        if book.tick is not None and book.tick != watched.market.tick:
            self._set_market(watched, replace(watched.market, tick=book.tick))
        self._note(watched)

    def level_changed(
        self, token_id: TokenId, side: Side, price: Price, size: Size, at_ms: int
    ) -> None:
        """The aggregate size at one price is now `size`."""
        watched = self._watched.get(token_id)
        if watched is None or not watched.is_whole:
            return
        watched.book.set_level(side, price, size)
        watched.exchange_ms = at_ms
        self._note(watched)

    def best_seen(self, token_id: TokenId, bid: Price | None, ask: Price | None) -> None:
        """The best prices that the exchange states after the changes before: a check on ours."""
        watched = self._watched.get(token_id)
        if watched is None or not watched.is_whole:
            return
        if (watched.book.best_bid, watched.book.best_ask) == (bid, ask):
            watched.wrong_since_ms = None
        elif watched.wrong_since_ms is None:
            watched.wrong_since_ms = self._clock.now_ms()

    def tick_changed(self, token_id: TokenId, tick: Price) -> None:
        """The grid changed: a new book follows, and until then this one is not used."""
        watched = self._watched.get(token_id)
        if watched is None or watched.market.tick == tick:
            return
        self._set_market(watched, replace(watched.market, tick=tick))
        watched.is_whole = False
        self._note(watched)

    def traded(self, token_id: TokenId, trade: LastTrade) -> None:
        """A print."""
        watched = self._watched.get(token_id)
        if watched is not None:
            watched.last_trade = trade
            watched.traded += trade.size
            self._changed.add(token_id)
            self._on_change(token_id)

    def resolved(self, condition_id: ConditionId, winner: TokenId | None) -> None:
        """The market is over: nothing may be sent there any more."""
        for watched in self._watched.values():
            if watched.market.condition_id == condition_id:
                self._set_market(watched, replace(watched.market, accepting_orders=False))
                self._note(watched)

    def market_feed_up(self) -> None:
        """Connected: every book must be seen anew before it is used."""
        self._new_epoch()
        self.is_up = True
        self._on_feed(True, "")

    def market_feed_down(self, reason: str) -> None:
        """Nothing seen before may be relied on."""
        self._new_epoch()
        self.is_up = False
        self._on_feed(False, reason)

    # -- inside --

    def _set_market(self, watched: _Watched, market: Market) -> None:
        watched.market = market
        self.markets_version += 1

    def _new_epoch(self) -> None:
        for watched in self._watched.values():
            watched.is_whole = False
            watched.wrong_since_ms = None
            self._changed.add(watched.token_id)

    def _note(self, watched: _Watched) -> None:
        watched.data_ms = self.last_frame_ms = self._clock.now_ms()
        self._redraw(watched)

    def _redraw(self, watched: _Watched) -> None:
        watched.updates += 1
        watched.top = None
        self._changed.add(watched.token_id)
        self._on_change(watched.token_id)
