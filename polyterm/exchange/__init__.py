"""The client of a Polymarket exchange, written from the protocol."""
