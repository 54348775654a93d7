"""Who owns what: settled balances, what is promised to open orders, what is matched."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyterm.models.ids import TokenId
from polyterm.models.money import Dollars


@dataclass(slots=True)
class Purse:
    """One asset of one account, in millionths."""

    settled: int = 0
    """On chain."""
    active: int = 0
    """Promised to open orders."""
    matched: int = 0
    """Given in trades that have not settled."""

    @property
    def free(self) -> int:
        """What a new order may use (`protocol.md` 3.8)."""
        return self.settled - self.active - self.matched


@dataclass(slots=True, eq=False)
class Account:
    """A wallet's holdings; the house's may be negative, a trader's never."""

    address: str
    """Lower case."""
    cash: Purse = field(default_factory=Purse)
    tokens: dict[TokenId, Purse] = field(default_factory=dict)

    def shares(self, token_id: TokenId) -> Purse:
        """The purse of a token, opened where there was none."""
        return self.tokens.setdefault(token_id, Purse())


HOUSE_ADDRESS = "0x" + "0" * 36 + "4055"
"""Maker address shown for orders of the house."""
HOUSE_OWNER = "00000000-0000-4000-8000-000000004055"
"""API key shown for orders of the house."""


class Accounts:
    """Every account, and the house's own."""

    def __init__(self, cash: Dollars) -> None:
        self._cash = cash
        self._by_address: dict[str, Account] = {}
        self.house = Account(HOUSE_ADDRESS)

    def open(self, address: str) -> Account:
        """The account of a wallet; a new one starts with the cash of the rules."""
        account = self._by_address.get(address.lower())
        if account is None:
            account = Account(address.lower(), Purse(self._cash))
            self._by_address[account.address] = account
        return account

    def find(self, address: str) -> Account | None:
        """The account of a wallet, where it has one."""
        return self._by_address.get(address.lower())

    def traders(self) -> tuple[Account, ...]:
        """All accounts but the house's, oldest first."""
        return tuple(self._by_address.values())
