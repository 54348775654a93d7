"""What shares are worth once a market has a winner."""

from __future__ import annotations

from collections.abc import Iterable

from polyterm.simulator.accounts import Account
from polyterm.simulator.markets import MarketState


def redeem(state: MarketState, accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Turn settled shares of a decided market into dollars; returns whom that concerned.

    The exchange redeems by itself (`protocol.md` 1.2, notification 9). Shares given in a trade that
    has not settled are left to it. Before there is a winner, nothing happens.
    """
    if state.winner is None:
        return ()
    return tuple(account for account in accounts if _redeem_account(state, account))


def _redeem_account(state: MarketState, account: Account) -> bool:
    redeemed = False
    for index, token_id in enumerate(state.tokens):
        purse = account.shares(token_id)
        amount = purse.settled - purse.matched
        if not amount:
            continue
        redeemed = True
        purse.settled -= amount
        if index == state.winner:
            account.cash.settled += amount
            state.collateral -= amount
    return redeemed
