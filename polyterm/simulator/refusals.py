"""The exchange's words when it says no (`protocol.md` 1.2 and 1.6), verbatim."""

from __future__ import annotations

from collections.abc import Mapping

from polyterm.models.money import Price, Size, format_price, format_units


class RefusalError(Exception):
    """A request refused: the HTTP status, the text, and what else the body holds."""

    def __init__(
        self,
        text: str,
        status: int = 400,
        *,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.text = text
        self.status = status
        self.body: Mapping[str, object] = {"error": text} if body is None else body
        self.headers = dict(headers or {})
        super().__init__(text)


UNAUTHORIZED = "Unauthorized/Invalid api key"
BAD_L1_HEADERS = "Invalid L1 Request headers"
KEY_EXISTS = "Could not create api key"
NO_KEY_TO_DERIVE = "Could not derive api key!"

BAD_TOKEN = "Invalid token id"  # noqa: S105 - the exchange's text, no secret
NO_BOOK = "No orderbook exists for the requested token id"
NO_MARKET = "market not found"
NO_FEE_RATE = "fee rate not found for market"
BAD_SIDE = "Invalid side"
TOO_MANY_BOOKS = "Payload exceeds the limit"
BAD_PAYLOAD = "Invalid payload"
BAD_ASSET_TYPE = "Invalid asset type"
BAD_SIGNATURE_TYPE = "Invalid signature_type"
BAD_HEARTBEAT = "Invalid Heartbeat ID"
TOO_MANY_REQUESTS = "Too Many Requests"

BAD_ORDER = "Invalid order payload"
BAD_ORDER_ID = "Invalid orderID"
NOT_OWNER = "the order owner has to be the owner of the API KEY"
NOT_SIGNER = "the order signer address has to be the address of the API KEY"
VERSION_MISMATCH = "order_version_mismatch"
MARKET_NOT_READY = "the market is not yet ready to process new orders"
POST_ONLY_CROSSES = "invalid post-only order: order crosses book"
POST_ONLY_TYPE = "invalid post-only order: only GTC and GTD order types are allowed"
BAD_EXPIRATION = "invalid expiration"
FOK_KILLED = "order couldn't be fully filled. FOK orders are fully filled or killed."
FAK_KILLED = (
    "no orders found to match with FAK order. "
    "FAK orders are partially filled or killed if no match is found."
)

ALREADY_DONE = "already canceled or matched"
CANNOT_BE_FOUND = "order can't be found - already canceled or matched"


def breaks_tick(order_id: str, price: str, tick: Price) -> str:
    """The price is off the grid, or outside of it."""
    grid = format_price(tick, 0)
    return f"order {order_id} is invalid. Price ({price}) breaks minimum tick size rule: {grid}"


def below_minimum(order_id: str, size: Size, minimum: Size) -> str:
    """A resting order smaller than the market's minimum."""
    sizes = f"Size ({format_units(size, 0)}) lower than the minimum: {format_units(minimum, 0)}"
    return f"order {order_id} is invalid. {sizes}"


def duplicated(order_id: str) -> str:
    """These very bytes arrived before."""
    return f"order {order_id} is invalid. Duplicated."


def not_enough(balance: int, active: int, matched: int, needed: int) -> str:
    """The balance does not cover what is promised; numbers in millionths."""
    return (
        "not enough balance / allowance: the balance is not enough -> "
        f"balance: {balance}, sum of active orders: {active}, "
        f"sum of matched orders: {matched}, order amount (inc. fees): {needed}"
    )


def too_small_to_take(dollars: int) -> str:
    """A marketable BUY below one dollar."""
    amount = format_units(dollars, 0)
    return f"invalid amount for a marketable BUY order (${amount}), min size: $1"


def too_accurate(kind: str, maker_decimals: int, taker_decimals: int) -> str:
    """The signed amounts have more decimals than the exchange takes."""
    return (
        f"invalid amounts, the {kind} orders maker amount supports a max accuracy of "
        f"{maker_decimals} decimals, taker amount a max of {taker_decimals} decimals"
    )


def too_many_orders(count: int, limit: int) -> str:
    """More orders in one batch than are taken."""
    return f"Too many orders in payload: {count}, max allowed: {limit}"


def too_many_cancels(limit: int) -> str:
    """More cancels in one batch than are taken."""
    return f"Too many orders in payload, max allowed: {limit}"
