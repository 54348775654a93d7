"""Plans of synthetic events, and their listing as markets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from polyterm.models.ids import ConditionId, TokenId
from polyterm.models.market import FeeSchedule, Market, Outcome
from polyterm.models.money import UNIT, Price, floor_to
from polyterm.simulator.flow_host import Listing
from polyterm.simulator.flows.character import Character

_MIN_SIZE = 5 * UNIT
_SHORTEST_ROLL = 3
"""A rolling market is not opened for less than one part in this many of its length."""
_ID_BITS = 256


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """One market of an event, before it is listed."""

    slug: str
    question: str
    character: Character
    tick: Price = 100
    group_title: str = ""
    outcomes: tuple[str, str] = ("Yes", "No")
    volume_dollars: int = 0


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event and its markets; those of one event share their fees and their end."""

    slug: str
    title: str
    category: str
    description: str
    markets: tuple[MarketPlan, ...]
    fee_ppm: int = 0
    taker_delay_ms: int = 0
    lasts_s: int = 30 * 86_400
    rolls: bool = False
    """Whether the next one is listed when it ends, on multiples of `lasts_s` since the epoch."""

    @property
    def neg_risk(self) -> bool:
        """Whether its markets are exclusive outcomes of one question."""
        return len(self.markets) > 1

    def end_ms(self, now_ms: int) -> int:
        """When it ends if it is listed now."""
        lasts_ms = self.lasts_s * 1000
        if not self.rolls:
            return now_ms + lasts_ms
        end_ms = floor_to(now_ms, lasts_ms) + lasts_ms
        return end_ms if end_ms - now_ms >= lasts_ms // _SHORTEST_ROLL else end_ms + lasts_ms


def make_listing(event: EventPlan, plan: MarketPlan, end_ms: int, random: Random) -> Listing:
    """A market to be listed, with ids drawn anew.

    In the texts of an event that rolls, `{start}` is its beginning in epoch seconds and `{window}`
    is its time of day.
    """
    start_s = end_ms // 1000 - event.lasts_s
    words = {"start": start_s, "window": _window(start_s, end_ms // 1000)}
    first, second = plan.outcomes
    return Listing(
        market=Market(
            condition_id=ConditionId(f"0x{random.getrandbits(_ID_BITS):064x}"),
            slug=plan.slug.format(**words),
            question=plan.question.format(**words),
            outcomes=(Outcome(_token_id(random), first), Outcome(_token_id(random), second)),
            tick=plan.tick,
            min_size=_MIN_SIZE,
            fees=FeeSchedule(event.fee_ppm),
            neg_risk=event.neg_risk,
            protocol="v1",
            accepting_orders=True,
            end_ms=end_ms,
            taker_delay_ms=event.taker_delay_ms,
            event_slug=event.slug.format(**words),
            volume=plan.volume_dollars * UNIT,
        ),
        description=event.description,
        category=event.category,
        event_title=event.title.format(**words),
        group_title=plan.group_title,
        tags=(event.category,),
    )


def _token_id(random: Random) -> TokenId:
    # With its highest bit set it is never taken for an id of the exchange's other version, which
    # has zeros in the middle.
    return TokenId(str(random.getrandbits(_ID_BITS) | 1 << (_ID_BITS - 1) | 1 << 64))


def _window(start_s: int, end_s: int) -> str:
    start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (start_s, end_s))
    return f"{start:%B} {start.day}, {start:%H:%M}-{end:%H:%M} UTC"
