"""From what is typed into the Kelly form to what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from polyterm.bridge import Desk
from polyterm.models.ids import TokenId
from polyterm.models.money import Dollars, format_dollars, notional, parse_units
from polyterm.models.order_request import OrderRequest
from polyterm.models.snapshot import MarketSnapshot
from polyterm.models.views import AccountView
from polyterm.strategies.kelly_params import KellyParams
from polyterm.strategies.kelly_sizing import KellyInputs, KellySizing
from polyterm.widgets.numbers import size_text


@dataclass(frozen=True, slots=True)
class Bankroll:
    """The account's worth in its parts."""

    cash: Dollars
    reserved: Dollars
    positions: Dollars
    """Shares held, at the bid."""
    unpriced: int
    """Positions whose market is not followed: counted as nothing."""

    @property
    def total(self) -> Dollars:
        """What a stake is a part of."""
        return self.cash + self.positions

    def __str__(self) -> str:
        parts = f"cash {format_dollars(self.cash)} + positions {format_dollars(self.positions)}"
        rest = f" (reserved {format_dollars(self.reserved)})"
        missing = f", {self.unpriced} without a price" if self.unpriced else ""
        return f"{format_dollars(self.total)} = {parts}{rest}{missing}"


def bankroll_of(desk: Desk) -> Bankroll:
    """The account's worth, positions at the bid."""
    account = desk.engine.account()
    worths = [_worth(desk, token.token_id, account) for token in account.positions]
    return Bankroll(
        cash=account.cash,
        reserved=account.reserved,
        positions=sum(worth for worth in worths if worth is not None),
        unpriced=worths.count(None),
    )


def _worth(desk: Desk, token_id: TokenId, account: AccountView) -> Dollars | None:
    snapshot = desk.engine.snapshot(token_id)
    if snapshot is None or snapshot.best_bid is None:
        return None
    return notional(snapshot.best_bid.price, account.held(token_id))


def kelly_request(token_id: TokenId, values: Mapping[str, str]) -> OrderRequest:
    """A Kelly order from the values of a form; `pydantic.ValidationError` where one is wrong."""
    own = KellyParams.model_fields
    params = {name: value for name, value in values.items() if name in own}
    rest = {name: value for name, value in values.items() if name not in own}
    params["strategy"] = own["strategy"].default
    return OrderRequest.model_validate({**rest, "token_id": token_id, "params": params})


def kelly_inputs(desk: Desk, request: OrderRequest, snapshot: MarketSnapshot) -> KellyInputs:
    """The inputs of the sizing: request, account and market put together."""
    params = cast("KellyParams", request.params)
    account, market = desk.engine.account(), snapshot.market
    token, opposite = snapshot.token_id, market.opposite(snapshot.token_id).token_id
    best = snapshot.book.best_ask if request.side.sign > 0 else snapshot.book.best_bid
    crosses = best is not None and request.side.crosses(request.worst_price, best.price)
    held_value = sum(_worth(desk, held, account) or 0 for held in (token, opposite))
    wealth = bankroll_of(desk).total if params.bankroll is None else parse_units(params.bankroll)
    return KellyInputs(
        probability=float(params.probability),
        price=request.worst_price,
        side=request.side,
        fees=market.fees,
        takes=crosses and not request.post_only,
        wealth=wealth,
        held=account.held(token),
        held_opposite=account.held(opposite),
        held_value=held_value,
        fraction=float(params.fraction),
        max_stake=None if params.max_stake is None else parse_units(params.max_stake),
        cash=account.available,
        min_size=market.min_size,
        tick=market.tick,
    )


def sizing_lines(sizing: KellySizing, inputs: KellyInputs) -> tuple[tuple[str, str], ...]:
    """The answer as pairs of title and words."""
    return (
        ("Edge", f"{sizing.edge * 100:+.2f}¢ a share"),
        ("All-in price", f"{sizing.all_in:.4f} {'taker' if inputs.takes else 'maker'}"),
        ("Full Kelly", f"{sizing.full_fraction:.2%}"),
        ("Stake", f"{format_dollars(sizing.stake)}  {sizing.stake_fraction:.2%}"),
        ("Shares", size_text(sizing.shares, 14)),
        ("Fee", format_dollars(sizing.fee)),
        ("Loss if wrong", format_dollars(-abs(sizing.loss_if_wrong))),
        ("Win if right", format_dollars(sizing.win_if_right, signed=True)),
        ("Reservation", f"{sizing.reservation:.4f}"),
        ("Growth", f"{sizing.growth:.3%} of {sizing.full_growth:.3%}"),
    )
