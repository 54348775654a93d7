"""From a frame of the market channel to two changed books, beside decoding the frame alone.

The floor decodes the same frames with msgspec and does nothing with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from time import perf_counter_ns

import msgspec

from benchmarks.books import BEST_BID, MARKETS, TICK, monitor_of, whole_book
from polyterm.exchange.market_events import MarketEvents
from polyterm.models.market import Market
from polyterm.models.money import format_price, format_units

TARGET = 2.2
_FRAMES = 20_000
_ROUNDS = 7
DEPTH = 50


class _Change(msgspec.Struct, gc=False):
    asset_id: str
    price: str
    size: str
    side: str
    best_bid: str
    best_ask: str


class _PriceChange(msgspec.Struct, gc=False):
    price_changes: list[_Change]
    timestamp: str


def main() -> None:
    """Print microseconds a frame for the floor and for the client's real path."""
    frames = _frames(Random(3), _FRAMES)  # noqa: S311 - not for secrets
    size = sum(map(len, frames)) // len(frames)
    events = _events()
    works = (msgspec.json.decode, msgspec.json.Decoder(_PriceChange).decode, events.feed)
    floor, lean, ours = _measure(frames, *works)
    if events.unreadable:
        raise RuntimeError("the benchmark's frames could not be read")
    print(f"\nmarket data: frames of {size} bytes, two changes each, {len(MARKETS)} markets")
    print(f"  msgspec decode alone (floor)               {floor:6.2f} us   1.0x")
    print(f"  msgspec decode into the leanest structs    {lean:6.2f} us  {lean / floor:4.1f}x")
    print(
        f"  decoded, told, and applied to both books   {ours:6.2f} us  {ours / floor:4.1f}x"
        f" (target {TARGET}x)"
    )


def _measure(frames: Sequence[bytes], *works: Callable[[bytes], object]) -> list[float]:
    """Microseconds a frame, median of rounds taken in turn."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(_ROUNDS):
        for work, times in zip(works, taken, strict=True):
            start = perf_counter_ns()
            for frame in frames:
                work(frame)
            times.append((perf_counter_ns() - start) / 1_000 / len(frames))
    return [median(times) for times in taken]


def _events() -> MarketEvents:
    monitor = monitor_of(MARKETS)
    monitor.market_feed_up()
    for market in MARKETS:
        for outcome in market.outcomes:
            monitor.book_replaced(whole_book(outcome.token_id, DEPTH))
    return MarketEvents(monitor)


def _frames(random: Random, count: int) -> list[bytes]:
    return [msgspec.json.encode(_frame(random, number)) for number in range(count)]


def _frame(random: Random, number: int) -> dict[str, object]:
    market = random.choice(MARKETS)
    depth = min(int(random.expovariate(0.2)), DEPTH - 1)
    size = format_units(random.randrange(1, 500_000) * 10_000)
    return {
        "market": market.condition_id,
        "price_changes": [
            _change(market, 0, BEST_BID - TICK * depth, size, "BUY", random),
            _change(market, 1, BEST_BID + TICK * (depth + 1), size, "SELL", random),
        ],
        "timestamp": str(1_760_000_000_000 + number),
        "event_type": "price_change",
    }


def _change(
    market: Market, outcome: int, price: int, size: str, side: str, random: Random
) -> dict[str, str]:
    return {
        "asset_id": market.outcomes[outcome].token_id,
        "price": format_price(price, 3),
        "size": size,
        "side": side,
        "hash": f"0x{random.getrandbits(160):040x}",
        "best_bid": format_price(BEST_BID, 3),
        "best_ask": format_price(BEST_BID + TICK, 3),
    }


if __name__ == "__main__":
    main()
