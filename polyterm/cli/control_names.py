"""What a request over the control socket names: markets, outcomes, tokens, and earlier orders."""

from __future__ import annotations

from polyterm.engine.face import EngineFace
from polyterm.engine.ports import NotFoundError
from polyterm.models.complaint import Complaint
from polyterm.models.ids import TokenId
from polyterm.models.market import Market
from polyterm.models.views import OrderView


class MissingError(Exception):
    """There is nothing of that name."""

    def __init__(self, field: str, reason: str) -> None:
        self.complaints = (Complaint(field, reason),)
        super().__init__(reason)


async def market_named(engine: EngineFace, slug: str) -> Market:
    """The market of that slug; `MissingError`, or `ExchangeError` where nobody answers."""
    try:
        return await engine.find_market(slug)
    except NotFoundError:
        raise MissingError("market", f"no market {slug}") from None


async def market_with(engine: EngineFace, token_id: TokenId) -> Market:
    """The market that a token belongs to; the same errors."""
    try:
        return await engine.market_of(token_id)
    except NotFoundError:
        raise MissingError("token_id", f"no market has the token {token_id}") from None


def token_named(market: Market, outcome: str) -> TokenId:
    """The token of an outcome by its name, or by yes and no; `MissingError`."""
    found = market.named(outcome)
    if found is None:
        names = ", ".join(known.name for known in market.outcomes)
        raise MissingError("outcome", f"{market.slug} has {names}, not {outcome}")
    return found.token_id


async def order_with_key(engine: EngineFace, client_key: object) -> OrderView | None:
    """The order that a caller's key stands for, however old; `StoreError`."""
    if not isinstance(client_key, str):
        return None
    order_id = await engine.order_by_key(client_key)
    return None if order_id is None else (await engine.order_detail(order_id)).order
