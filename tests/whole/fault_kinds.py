"""The kinds of the fault plan, with numbers that an engine may meet on a bad day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from polyterm.simulator.faults.at import At
from polyterm.simulator.faults.fault import When
from polyterm.simulator.faults.kinds import (
    garbling,
    lasting,
    losing,
    market,
    refusing,
    settlement,
    sockets,
)
from polyterm.simulator.faults.lines import Channel
from polyterm.simulator.faults.plan import AnyFault

Make = Callable[[At, Random], AnyFault]
PLACE = "POST /order"
_AT_ONCE = At(t=0)
_CHANNELS = tuple(Channel)
_WHENS = tuple(When)
_NOTHING: dict[str, object] = {}

AT_REQUESTS: Mapping[str, Make] = {
    "drop_request": lambda at, _: losing.DropRequest(at=at),
    "land_then_drop_reply": lambda at, _: losing.LandThenDropReply(at=at),
    "reset": lambda at, r: losing.Reset(at=at, when=r.choice(_WHENS)),
    "delay": lambda at, r: losing.Delay(at=at, seconds=r.choice((1, 5, 15))),
    "delay_reply": lambda at, r: losing.DelayReply(at=at, seconds=r.choice((1, 5, 40))),
    "duplicate": lambda at, r: losing.Duplicate(at=at, reply=r.choice(("first", "second"))),
    "5xx": lambda at, r: refusing.ServerError(
        at=at, status=r.choice((500, 502, 503, 504)), html=r.choice((False, True))
    ),
    "429": lambda at, r: refusing.TooMany(at=at, retry_after=r.choice((None, 1, 2))),
    "401": lambda at, _: refusing.Unauthorized(at=at),
    "403": lambda at, r: refusing.Forbidden(at=at, html=r.choice((False, True))),
    "500_after_land": lambda at, _: garbling.ErrorAfterLanding(at=at),
    "truncate": lambda at, _: garbling.Truncate(at=at),
    "bad_json": lambda at, _: garbling.BadJson(at=at),
    "canned": lambda at, r: refusing.Canned(at=at, body=_NOTHING, lands=r.choice((False, True))),
}
"""Those that concern the very request at which they strike."""

AT_ORDERS: Mapping[str, Make] = {
    "wrong_id": lambda at, _: garbling.WrongId(at=at),
    "delay_beyond_life": lambda at, r: losing.Delay(at=at, seconds=r.choice((35, 50))),
}
"""Those that concern an order's sending alone. The second lets a request outlive what R3 reckons
with; what it may then do is written in `docs/promises.md`."""

IN_THE_WORLD: Mapping[str, Make] = {
    "425": lambda at, r: lasting.Restart(
        at=at, seconds=r.choice((2, 10)), post_only_seconds=r.choice((5, 30))
    ),
    "post_only_mode": lambda at, r: lasting.PostOnlyMode(at=at, seconds=r.choice((5, 30))),
    "cancel_only": lambda at, r: lasting.CancelOnly(at=at, seconds=r.choice((3, 20))),
    "disabled": lambda at, r: lasting.Disabled(at=at, seconds=r.choice((3, 20))),
    "stall": lambda at, r: lasting.Stall(at=at, seconds=r.choice((2, 6))),
    "lag_reads": lambda at, r: lasting.LagReads(
        at=at, seconds=r.choice((2, 8)), missing=r.choice((False, True))
    ),
    "skew": lambda at, r: lasting.Skew(at=at, seconds=r.choice((-20, -3, 3, 20))),
    "ws_mute": lambda at, r: sockets.MuteSockets(
        at=at, channel=r.choice(_CHANNELS), seconds=r.choice((3, 30))
    ),
    "ws_drop": lambda at, r: sockets.DropSockets(
        at=at, channel=r.choice(_CHANNELS), code=r.choice((None, 1001, 1013))
    ),
    "ws_drop_message": lambda at, r: sockets.DropMessage(at=at, channel=r.choice(_CHANNELS)),
    "ws_dup": lambda at, r: sockets.RepeatMessages(
        at=at, channel=r.choice(_CHANNELS), frames=r.choice((1, 5))
    ),
    "ws_reorder": lambda at, r: sockets.ReorderMessages(
        at=at, channel=r.choice(_CHANNELS), frames=r.choice((2, 4)), seconds=2
    ),
    "ws_burst": lambda at, r: sockets.Burst(at=at, channel=r.choice(_CHANNELS), count=5),
    "partial_fill": lambda at, r: market.PartialFill(
        at=at,
        when=r.choice(_WHENS),
        part=r.choice((Decimal("0.3"), Decimal("0.7"), Decimal(1))),
        order=r.choice(tuple(market.Which)),
    ),
    "fill_all": lambda at, r: market.FillAll(at=at, when=r.choice(_WHENS)),
    "tick_change": lambda at, r: market.TickChange(
        at=at, tick=r.choice((Decimal("0.01"), Decimal("0.001")))
    ),
    "drop_balance": lambda at, r: market.DropBalance(
        at=at, to=r.choice((Decimal(20), Decimal(200)))
    ),
    "match_then_fail": lambda at, r: settlement.MatchThenFail(at=at, legs=r.choice(("all", "one"))),
    "retrying": lambda at, r: settlement.Retrying(
        at=at, end=r.choice(("CONFIRMED", "FAILED")), seconds=r.choice((0, 5))
    ),
}
"""Those that change the world around the requests."""

ENDINGS: Mapping[str, Make] = {
    "close_market": lambda at, _: market.CloseMarket(at=at),
    "resolve_market": lambda at, r: market.ResolveMarket(at=at, winner=r.choice((0, 1))),
}
"""Those after which a market is no more."""

KINDS = {**AT_REQUESTS, **AT_ORDERS, **IN_THE_WORLD, **ENDINGS}
STRIKING = (*AT_REQUESTS, *AT_ORDERS, *IN_THE_WORLD)
"""Those that a run survives as often as they come."""

_OCCASIONS = ((PLACE, 0.3), (PLACE, 0.8), ("DELETE /*", 0.3), ("GET /*", 0.05), ("* /*", 0.1))


def drawn(kind: str, random: Random) -> AnyFault:
    """A fault of this kind, at a time or a request that suits it."""
    if kind in AT_ORDERS:
        return KINDS[kind](At(request=PLACE, p=random.choice((0.1, 0.3))), random)
    if kind.startswith("ws_") or (kind in IN_THE_WORLD and random.random() < 0.5):
        return KINDS[kind](_AT_ONCE, random)
    request, p = random.choice(_OCCASIONS)
    share = p if kind in AT_REQUESTS else p / 4
    return KINDS[kind](At(request=request, p=share), random)


def next_order(kind: str, random: Random) -> AnyFault:
    """A fault of this kind at the next order that is sent."""
    return KINDS[kind](At(request=PLACE, nth=1), random)
