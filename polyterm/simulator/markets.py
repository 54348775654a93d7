"""The markets that are listed: each with its book, its prints and its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from polyterm.models.enums import Side
from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import PRICE_ONE, Dollars, Price, Size, notional
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.order_book import RestingBook

FIRST_NUMBER = 500_001
"""Discovery numbers markets and events; these start here."""


@dataclass(slots=True, eq=False)
class MarketState:
    """One market as it stands."""

    number: int
    listing: Listing
    market: Market
    """As listed, but for what has changed since: the tick, whether it takes orders."""
    opened_ms: int
    book: RestingBook = field(default_factory=RestingBook)
    last_price: Price | None = None
    """Of the last print, in terms of the first outcome."""
    last_side: Side | None = None
    """The taker's side, in terms of the first outcome."""
    traded: Dollars = 0
    collateral: Dollars = 0
    """Dollars that back the pairs of shares in being."""
    closed: bool = False
    winner: int | None = None

    @property
    def id(self) -> ConditionId:
        """The condition id."""
        return self.market.condition_id

    @property
    def tokens(self) -> tuple[TokenId, TokenId]:
        """Both tokens, the first outcome's first."""
        first, second = self.market.outcomes
        return first.token_id, second.token_id

    @property
    def volume(self) -> Dollars:
        """Dollars traded, before it was listed here and since."""
        return self.market.volume + self.traded

    def index(self, token_id: TokenId) -> int:
        """0 for the first outcome's token, 1 for the second's."""
        return self.tokens.index(token_id)

    def best(self, index: int) -> tuple[Price | None, Price | None]:
        """Best bid and best ask as that outcome's token shows them."""
        bid, ask = self.book.bids.best, self.book.asks.best
        return (bid, ask) if index == 0 else (_mirror(ask), _mirror(bid))

    def note_print(self, side: Side, price: Price, size: Size) -> None:
        """Remember a trade, in terms of the first outcome."""
        self.last_price, self.last_side = price, side
        self.traded += notional(price, size)

    def set_tick(self, tick: Price) -> None:
        """Change the grid."""
        self.market = replace(self.market, tick=tick)

    def close(self, winner: int | None) -> None:
        """Take no more orders."""
        self.market = replace(self.market, accepting_orders=False)
        self.closed, self.winner = True, winner


def _mirror(price: Price | None) -> Price | None:
    return None if price is None else PRICE_ONE - price


class Markets:
    """Every market by each of its names; listing order is kept."""

    def __init__(self) -> None:
        self._by_condition: dict[ConditionId, MarketState] = {}
        self._by_token: dict[TokenId, MarketState] = {}
        self._by_slug: dict[str, MarketState] = {}

    def __iter__(self) -> Iterator[MarketState]:
        return iter(self._by_condition.values())

    def __len__(self) -> int:
        return len(self._by_condition)

    def open(self, listing: Listing, now_ms: int) -> MarketState:
        """List a market; `ValueError` where one of its ids is taken."""
        market = listing.market
        tokens = [outcome.token_id for outcome in market.outcomes]
        if market.condition_id in self._by_condition or any(t in self._by_token for t in tokens):
            raise ValueError(f"already listed: {market.slug}")
        state = MarketState(FIRST_NUMBER + len(self), listing, market, now_ms)
        self._by_condition[market.condition_id] = state
        self._by_slug[market.slug] = state
        self._by_token.update(dict.fromkeys(tokens, state))
        return state

    def __getitem__(self, condition_id: ConditionId) -> MarketState:
        return self._by_condition[condition_id]

    def find(self, condition_id: str) -> MarketState | None:
        """The market of a condition id."""
        return self._by_condition.get(ConditionId(condition_id))

    def by_token(self, token_id: str) -> MarketState | None:
        """The market that a token belongs to."""
        return self._by_token.get(TokenId(token_id))

    def by_slug(self, slug: str) -> MarketState | None:
        """The market of that slug, the newest where there were several."""
        return self._by_slug.get(slug)

    def by_number(self, number: str) -> MarketState | None:
        """The market of discovery's number."""
        return next((state for state in self if str(state.number) == number), None)

    def of_event(self, slug: str) -> tuple[MarketState, ...]:
        """The markets of one event; a market without one is an event of its own."""
        return tuple(state for state in self if event_slug(state) == slug)


def event_slug(state: MarketState) -> str:
    """The slug of the event that a market belongs to."""
    return state.market.event_slug or state.market.slug
