"""Which orders a list of orders is about; a word that no order can have is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

from polyterm.cli.control_requests import refused
from polyterm.engine.face import EngineFace
from polyterm.models.enums import OrderStatus, Side
from polyterm.models.views import OrderView
from polyterm.strategies.registry import STRATEGIES

_EVERYTHING = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_FILTERS: dict[str, Callable[[OrderView], str]] = {
    "status": lambda order: order.status.value,
    "strategy": lambda order: order.strategy,
    "side": lambda order: order.side.value,
    "market": lambda order: order.slug,
    "token": lambda order: order.token_id,
}
_WORDS: dict[str, tuple[str, ...]] = {
    "status": tuple(status.value for status in OrderStatus),
    "strategy": tuple(STRATEGIES),
    "side": tuple(side.value for side in Side),
    "all": tuple(_EVERYTHING),
}
"""All that such a filter can be; markets and tokens are anybody's."""


async def wanted_orders(engine: EngineFace, asked: Mapping[str, str]) -> list[OrderView]:
    """Orders that match what was asked, newest first, at most `last` of them.

    Open ones, unless `all` or a status says otherwise. `RefusedError` names a filter that is none.
    """
    given = {name: value.casefold() for name, value in asked.items()}
    _check_words(given)
    everything = _EVERYTHING[given.get("all", "no")] or "status" in given
    tests = {name: value for name, value in given.items() if name in _FILTERS}
    most, wanted = _most(given.get("last")), list[OrderView]()
    async for order in engine.all_orders() if everything else _at_work(engine):
        if all(_FILTERS[name](order).casefold() == value for name, value in tests.items()):
            wanted.append(order)
        if len(wanted) == most:
            break
    return wanted


async def _at_work(engine: EngineFace) -> AsyncIterator[OrderView]:
    for order in engine.list_orders():
        if not order.status.is_final:
            yield order


def _check_words(given: Mapping[str, str]) -> None:
    for name, words in _WORDS.items():
        value = given.get(name)
        if value is not None and value not in map(str.casefold, words):
            raise refused(name, f"one of {', '.join(words).lower()}, not {value}")


def _most(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not int(text):
        raise refused("last", f"a whole number from 1 on, not {text!r}")
    return int(text)
