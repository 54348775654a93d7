"""How a fault says that the connection is gone."""

from __future__ import annotations


class ConnectionDropped(ConnectionError):
    """Raised out of the application: whoever serves it closes the connection, and sends nothing."""

    def __init__(self, *, reset: bool = False) -> None:
        self.reset = reset
        """Whether the other side shall see a reset rather than an end."""
        super().__init__("connection reset" if reset else "connection dropped")
