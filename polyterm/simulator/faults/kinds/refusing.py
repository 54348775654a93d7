"""Faults that answer in place of the exchange: errors, limits, walls, anything at all."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from polyterm.simulator.faults.fault import Land, RequestFault
from polyterm.simulator.faults.occasion import Occasion
from polyterm.simulator.faults.reply import Reply, html_reply, json_reply
from polyterm.simulator.refusals import TOO_MANY_REQUESTS, UNAUTHORIZED

GEOBLOCK = (
    "Trading restricted in your region, please refer to available regions - "
    "https://docs.polymarket.com/developers/CLOB/geoblock"
)
"""`protocol.md` 1.6."""
CHALLENGE = "Attention Required! | Cloudflare"
"""Title of the gateway's page for those that it takes for robots."""
ORDER_ID_FIELD = "{order_id}"
"""Stands in a canned body for the order that the request names."""


class ServerError(RequestFault, frozen=True, tag="5xx"):
    """The gateway fails, and the request does not land."""

    status: Annotated[int, msgspec.Meta(ge=500, le=599)] = 502
    html: bool = False

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Fail."""
        known = {status.value: status.phrase for status in HTTPStatus}
        phrase = known.get(self.status, "Server Error")
        if self.html:
            return html_reply(f"{self.status} {phrase}", self.status)
        return json_reply({"error": phrase}, self.status)


class TooMany(RequestFault, frozen=True, tag="429"):
    """A limit of rate, of the exchange or of the gateway before it."""

    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Seconds that the header tells; without it there is no such header."""
    html: bool = False

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Refuse."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.html:
            return html_reply("Error 1015 - You are being rate limited", 429, headers)
        return json_reply({"error": TOO_MANY_REQUESTS}, 429, headers)


class Unauthorized(RequestFault, frozen=True, tag="401"):
    """The credentials are not taken."""

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Refuse."""
        return json_reply({"error": UNAUTHORIZED}, 401)


class Forbidden(RequestFault, frozen=True, tag="403"):
    """The gateway's wall: the region, or as HTML a page for robots."""

    html: bool = False

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Refuse."""
        if self.html:
            return html_reply(CHALLENGE, 403)
        return json_reply({"error": GEOBLOCK}, 403)


class Canned(RequestFault, frozen=True, tag="canned"):
    """Any answer, with the request landing or not."""

    body: Any
    """A text is sent as it is, everything else as JSON; `{order_id}` is filled in."""
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 200
    headers: dict[str, str] = {}
    lands: bool = False

    async def around(self, occasion: Occasion, land: Land) -> Reply:
        """Answer as told."""
        if self.lands:
            await land()
        named = occasion.named[0] if occasion.named else ""
        encoded = (
            self.body if isinstance(self.body, str) else msgspec.json.encode(self.body).decode()
        )
        body = encoded.replace(ORDER_ID_FIELD, named).encode()
        return json_reply(None, self.status, self.headers).with_body(body)
