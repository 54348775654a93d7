"""Taking an order in: find its market, look at its book, ask the gate, write it down, queue it."""

from __future__ import annotations

from random import Random

from polyterm.engine.catalogue import Catalogue
from polyterm.engine.desk import Desk
from polyterm.engine.face import KeyReusedError, PlanChangedError, UnknownTokenError
from polyterm.engine.following import Following
from polyterm.engine.parent import Parent
from polyterm.engine.ports import AnswerError, ExchangeError, NotFoundError
from polyterm.engine.records import ParentRecord
from polyterm.engine.safety import check_order
from polyterm.engine.store import StoreError
from polyterm.engine.workers import Workers
from polyterm.models.complaint import Complaint, RefusedError
from polyterm.models.enums import OrderStatus
from polyterm.models.events import OrderAccepted
from polyterm.models.ids import OrderId, TokenId
from polyterm.models.market import Market
from polyterm.models.money import Size, format_price, format_units
from polyterm.models.order_change import is_same_order
from polyterm.models.order_request import OrderRequest
from polyterm.models.plan import PlanView
from polyterm.strategies.base import MarketView, OrderState, Resize
from polyterm.strategies.planning import deadline_ms, plan
from polyterm.strategies.router import decide

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Intake:
    """Checks order requests, and has those that pass worked."""

    def __init__(
        self,
        desk: Desk,
        random: Random,
        catalogue: Catalogue,
        following: Following,
        workers: Workers,
    ) -> None:
        self._desk = desk
        self._random = random
        self._catalogue = catalogue
        self._following = following
        self._workers = workers

    async def submit(self, request: OrderRequest, shown: PlanView | None) -> OrderId:
        """Check, write down, queue; an order whose key was taken before is returned as it is."""
        repeated = await self._repeated(request)
        if repeated is not None:
            await self._desk.journal.flush()
            return repeated
        market = await self._find_market(request.token_id)
        with self._following.for_now(market):
            await self._check(request, market, shown)
            repeated = self._just_repeated(request)
            if repeated is not None:
                # Another caller with the same key was faster while this one was being checked.
                return repeated
            parent = self._make_parent(request, market)
            self._following.keep_for(parent, market)
        await self._write_down(parent, market)
        self._workers.start(parent)
        return parent.order_id

    async def check(self, request: OrderRequest) -> None:
        """Run all checks of `submit` and accept nothing; `RefusedError` where it would."""
        market = await self._find_market(request.token_id)
        with self._following.for_now(market):
            await self._check(request, market)

    async def plan(self, request: OrderRequest) -> PlanView:
        """What the order would do if it were accepted now; `RefusedError` where it has no size."""
        market = await self._find_market(request.token_id)
        with self._following.for_now(market):
            await self._look_fresh(request, market)
            size = self._planned(request, market)
            return plan(request, market, size, self._desk.clock.now_ms())

    # -- inside --

    async def _repeated(self, request: OrderRequest) -> OrderId | None:
        """The order that the request's key ever stood for; `KeyReusedError` if it differs."""
        if request.client_key is None:
            return None
        try:
            earlier = await self._catalogue.keyed(request.client_key)
        except StoreError as error:
            raise RefusedError([Complaint("client_key", f"cannot be looked up: {error}")]) from None
        return _same(request, earlier)

    def _just_repeated(self, request: OrderRequest) -> OrderId | None:
        """The same, of orders that came in since; nothing is waited for."""
        key = request.client_key
        return _same(request, None if key is None else self._catalogue.keyed_here(key))

    async def _write_down(self, parent: Parent, market: Market) -> None:
        event = accepted(parent, market, self._desk.clock.now_ms())
        self._desk.register.add_parent(parent, event)
        if not await self._desk.journal.flush():
            reason = f"could not be written down: {self._desk.journal.problem}"
            self._desk.register.set_status(parent, OrderStatus.FAILED, reason)
            self._following.let_go(parent)
            raise RefusedError([Complaint("", reason)])

    async def _find_market(self, token_id: TokenId) -> Market:
        """The market of a token; `RefusedError` where there is none, or nobody answers."""
        watched = self._desk.monitor.market(token_id)
        if watched is not None:
            return watched
        try:
            return await self._desk.exchange.market_by_token(token_id)
        except NotFoundError as error:
            raise UnknownTokenError(token_id) from error
        except AnswerError as error:
            raise RefusedError([Complaint("token_id", f"the exchange says: {error}")]) from error
        except ExchangeError as error:
            raise RefusedError([Complaint("", f"the exchange does not answer: {error}")]) from error

    async def _check(
        self, request: OrderRequest, market: Market, shown: PlanView | None = None
    ) -> None:
        """Ask the gate, with a fresh book and balances; `RefusedError` lists every reason.

        Nothing is waited for after the plan was compared with the one that was `shown`.
        """
        await self._look_fresh(request, market)
        planned = self._planned(request, market)
        complaints = check_order(self._desk.situation(request, market, planned))
        if complaints:
            raise RefusedError(complaints)
        if shown is not None:
            now = plan(request, market, planned, self._desk.clock.now_ms())
            if not now.is_as_shown(shown):
                raise PlanChangedError

    def _make_parent(self, request: OrderRequest, market: Market) -> Parent:
        """The order as it will be written down, queued."""
        now_ms = self._desk.clock.now_ms()
        record = ParentRecord(
            order_id=self._new_id(now_ms),
            request=request,
            condition_id=market.condition_id,
            slug=market.slug,
            question=market.question,
            outcome=market.outcome(request.token_id).name,
            tick=market.tick,
            status=OrderStatus.QUEUED,
            reason="waiting for a worker",
            target=request.size_units or 0,
            created_ms=now_ms,
            deadline_ms=deadline_ms(request, now_ms),
            arrival=self._desk.monitor.others(request.token_id).micro,
            seed=self._random.getrandbits(32),
        )
        return Parent(record)

    async def _look_fresh(self, request: OrderRequest, market: Market) -> None:
        try:
            for outcome in market.outcomes:
                if not self._desk.monitor.is_fresh(outcome.token_id):
                    self._desk.monitor.confirm(await self._desk.exchange.book(outcome.token_id))
            if self._desk.gate.closed_because:
                return
            for outcome in market.outcomes:
                if not self._desk.account.knows(outcome.token_id):
                    await self._desk.account.refresh_holding(outcome.token_id)
        except ExchangeError as error:
            raise RefusedError([Complaint("", f"the exchange does not answer: {error}")]) from error

    def _planned(self, request: OrderRequest, market: Market) -> Size:
        """Shares that the order would want now; one that would want none is refused here."""
        if not request.params.sized_by:
            return request.size_units or 0
        state = OrderState(
            order_id=OrderId(""),
            side=request.side,
            size=0,
            size_cap=request.size_units,
            filled=0,
            worst_price=request.worst_price,
            params=request.params,
            urgency=request.urgency,
            post_only=request.post_only,
            accepted_ms=self._desk.clock.now_ms(),
            deadline_ms=None,
            end_action=request.end_action,
            funds=self._desk.account.funds(market, request.token_id),
        )
        view = MarketView(
            market=market,
            token_id=request.token_id,
            book=self._desk.monitor.others(request.token_id),
            is_fresh=self._desk.monitor.is_fresh(request.token_id),
        )
        decision = decide(state, view, self._desk.clock.now_ms(), Random(0))  # noqa: S311
        if isinstance(decision, Resize):
            return decision.size
        raise RefusedError([Complaint(request.params.sized_by, decision.reason)])

    def _new_id(self, now_ms: int) -> OrderId:
        """Ten letters that sort by time, then three of chance."""
        letters: list[str] = []
        number = now_ms << 15 | self._random.getrandbits(15)
        for _ in range(13):
            number, digit = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[digit])
        return OrderId("".join(reversed(letters)))


def _same(request: OrderRequest, earlier: Parent | None) -> OrderId | None:
    if earlier is None:
        return None
    if not is_same_order(earlier.record.request, request):
        raise KeyReusedError(earlier.order_id)
    return earlier.order_id


def accepted(parent: Parent, market: Market, now_ms: int) -> OrderAccepted:
    """The fact that an order was taken in."""
    line = _summary(parent.record.request, market, now_ms)
    return OrderAccepted(at_ms=now_ms, order_id=parent.order_id, summary=line)


def _summary(request: OrderRequest, market: Market, now_ms: int) -> str:
    """The order in one line, for the log, with what its plan changed of it."""
    units = request.size_units
    size = "its own size" if units is None else format_units(units, 0)
    outcome = market.outcome(request.token_id).name
    limit = format_price(request.worst_price)
    line = f"{request.strategy}: {request.side.lower()} {size} {outcome} at {limit} or better"
    if request.size_units is None:
        return line
    return "; ".join((line, *plan(request, market, request.size_units, now_ms).changes))
