"""Where an exchange answers: Polymarket itself, or anything that speaks its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """Base addresses of the order exchange, of discovery, and of both streams."""

    clob: str
    gamma: str
    ws_market: str
    ws_user: str

    @classmethod
    def live(cls) -> Hosts:
        """Polymarket (`protocol.md` 0.2)."""
        stream = "wss://ws-subscriptions-clob.polymarket.com/ws"
        return cls(
            clob="https://clob.polymarket.com",
            gamma="https://gamma-api.polymarket.com",
            ws_market=f"{stream}/market",
            ws_user=f"{stream}/user",
        )

    @classmethod
    def at(cls, base_url: str) -> Hosts:
        """Everything under one base address; `ValueError` where it is not http or https."""
        base = base_url.rstrip("/")
        if urlsplit(base).scheme not in {"http", "https"}:
            raise ValueError(f"not an http address: {base_url}")
        stream = "ws" + base.removeprefix("http")
        return cls(base, base, f"{stream}/ws/market", f"{stream}/ws/user")

    @property
    def is_encrypted(self) -> bool:
        """Whether any request travels by https."""
        return any(url.startswith("https:") for url in (self.clob, self.gamma))

    @property
    def is_loopback(self) -> bool:
        """Whether the exchange runs on this machine, where no proxy may stand between."""
        return urlsplit(self.clob).hostname in LOOPBACK
