"""What the engine keeps as running sums, added up from scratch: both must always be equal."""

from __future__ import annotations

from polyterm.engine.account import Account
from polyterm.engine.engine import Engine
from polyterm.engine.market_monitor import MarketMonitor
from polyterm.engine.order_register import OrderRegister
from polyterm.engine.own_sizes import IN_BOOK
from polyterm.engine.parent import Child, Parent
from polyterm.models.enums import Side, TradeStatus
from polyterm.models.ids import TokenId
from polyterm.models.money import notional, notional_up
from tests.fakes.exchange import NO, YES


def check_sums(engine: Engine) -> None:
    """Assert that no running sum has lost track."""
    for parent in engine._register.parents.values():
        _check_parent(parent)
    account, register = engine._account, engine._register
    _check_ledger(register)
    assert account.reserved == _reserved(account, register, engine._monitor)
    for token_id in (YES, NO):
        assert account.sellable(token_id) == _sellable(account, register, token_id)
        assert account.held(token_id) == _held(account, token_id)
        _check_book(engine._monitor, register, token_id)
    market = engine._monitor.market(YES)
    if market is not None:
        funds = account.funds(market, YES)
        assert funds.wealth == _wealth(account, engine._monitor)
        assert funds.available == account.available


def _check_parent(parent: Parent) -> None:
    children = list(parent.children.values())
    kept = [f for c in children for f in c.fills.values() if f.status is not TradeStatus.FAILED]
    assert parent.filled == sum(child.filled for child in children)
    assert parent.exposure == sum(child.filled + child.remaining for child in children)
    assert list(parent.working) == [c for c in children if not c.status.is_final]
    assert parent.paid() == sum(notional(fill.price, fill.size) for fill in kept)
    assert parent.awaits_trades == any(child.awaits_trades for child in children)
    assert parent.stepped_ahead == sum(child.stepped_ahead for child in children)


def _check_ledger(register: OrderRegister) -> None:
    """What is carried is at least what the orders in memory add up to; the others have left."""
    for token_id in {parent.token_id for parent in register.parents.values()}:
        parents = [p for p in register.parents.values() if p.token_id == token_id]
        kept = [f for p in parents for f in p.fills if f.status is not TradeStatus.FAILED]
        carried = register.ledger.of(token_id)
        for side in Side:
            size = sum(fill.size for fill in kept if fill.side is side)
            there = 0 if carried is None else carried.bought if side is Side.BUY else carried.sold
            assert there >= size


def _check_book(monitor: MarketMonitor, register: OrderRegister, token_id: TokenId) -> None:
    own = [
        (
            child.record.side,
            child.record.price,
            child.remaining if child.status in IN_BOOK else child.record.size - child.matched,
        )
        for child in register.in_book(token_id)
        if child.status in IN_BOOK or child.status.is_final
    ]
    assert monitor.others(token_id) == monitor.top(token_id).without(own)


def _reserved(account: Account, register: OrderRegister, monitor: MarketMonitor) -> int:
    def cost(child: Child, size: int) -> int:
        market, price = monitor.market(child.record.token_id), child.record.price
        fees = 0 if market is None or child.record.post_only else market.fees.reserve(price, size)
        return notional_up(price, size) + fees

    children = [c for p in register.parents.values() for c in p.children.values()]
    buys = [child for child in children if child.record.side is Side.BUY]
    stated = [(c, c.record.matched - c.traded - c.voided) for c in buys if c.awaits_trades]
    unseen = [fill for fill in account._unseen(account._cash) if fill.side is Side.BUY]
    return (
        sum(cost(child, child.remaining) for child in buys)
        + sum(cost(child, size) for child, size in stated)
        + sum(notional_up(fill.price, fill.size) + fill.fee for fill in unseen)
    )


def _sellable(account: Account, register: OrderRegister, token_id: TokenId) -> int:
    balance = account._shares_of(token_id)
    children = [c for p in register.parents.values() for c in p.children.values()]
    sells = [c for c in children if c.record.side is Side.SELL and c.record.token_id == token_id]
    moves = balance.unseen(account._share_moves(token_id))
    gone = sum(-move.amount for move in moves if move.amount < 0)
    return max(balance.safe - sum(child.remaining for child in sells) - gone, 0)


def _held(account: Account, token_id: TokenId) -> int:
    balance = account._shares_of(token_id)
    moves = balance.unseen(account._share_moves(token_id))
    return max(balance.agreed + sum(move.amount for move in moves), 0)


def _wealth(account: Account, monitor: MarketMonitor) -> int:
    moves = account._cash.unseen(account._cash_moves())
    cash = max(account._cash.agreed + sum(move.amount for move in moves), 0)
    bids = {token_id: monitor.top(token_id).best_bid for token_id in (YES, NO)}
    worth = sum(notional(b.price, _held(account, t)) for t, b in bids.items() if b is not None)
    return cash + worth
