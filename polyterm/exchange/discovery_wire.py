"""Markets as discovery and the order exchange describe them (`protocol.md` 1.3)."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from polyterm.exchange.numbers import Number
from polyterm.exchange.wire import Text

TextList: TypeAlias = str | list[str] | None
"""A list, or a JSON string that holds one."""


class GammaFees(msgspec.Struct):
    """Taker fee of a market, as discovery tells it."""

    rate: Number = None
    exponent: Number = None


class GammaEvent(msgspec.Struct):
    """What groups markets of one happening."""

    slug: Text = None


class GammaMarket(msgspec.Struct, rename="camel"):
    """A market of discovery."""

    condition_id: Text = None
    slug: Text = None
    question: Text = None
    outcomes: TextList = None
    clob_token_ids: TextList = None
    position_ids: TextList = None
    version: Text = None
    active: bool | None = None
    closed: bool | None = None
    enable_order_book: bool | None = None
    accepting_orders: bool | None = None
    uma_resolution_status: Text = None
    order_price_min_tick_size: Number = None
    order_min_size: Number = None
    neg_risk: bool | None = None
    fees_enabled: bool | None = None
    fee_schedule: GammaFees | None = None
    seconds_delay: Number = None
    end_date: Text = None
    volume: Number = None
    volume_num: Number = None
    events: list[GammaEvent] | None = None

    @property
    def is_tradable(self) -> bool:
        """Whether orders are taken there (`protocol.md` 1.3)."""
        open_now = self.active and self.enable_order_book and self.accepting_orders
        return bool(open_now and not self.closed and not self.uma_resolution_status)


class GammaMarketsPage(msgspec.Struct):
    """A page of markets by key set."""

    markets: list[GammaMarket] | None = None
    data: list[GammaMarket] | None = None
    next_cursor: Text = None


class GammaSearchEvent(msgspec.Struct):
    """An event that a search found, with its markets."""

    slug: Text = None
    markets: list[GammaMarket] | None = None


class GammaSearch(msgspec.Struct):
    """What a search found."""

    events: list[GammaSearchEvent] | None = None
    markets: list[GammaMarket] | None = None


class ClobToken(msgspec.Struct):
    """One outcome, as the order exchange tells it."""

    t: str
    o: Text = None


class ClobFees(msgspec.Struct):
    """Taker fee of a market, as the order exchange applies it."""

    r: Number = None
    e: Number = None


class ClobMarket(msgspec.Struct):
    """The order exchange's own description of a market: grid, fees and state."""

    t: list[ClobToken]
    mts: Number
    mos: Number = None
    fd: ClobFees | None = None
    nr: bool | None = None
    ao: bool | None = None
    sd: Number = None
    itode: bool | None = None
    v: Text = None


class ClobNames(msgspec.Struct):
    """What GET /markets/{condition_id} adds to it, for people."""

    condition_id: Text = None
    market_slug: Text = None
    question: Text = None
    end_date_iso: Text = None
