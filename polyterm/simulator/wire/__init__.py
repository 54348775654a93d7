"""How the local exchange's values look on the wire, written from `protocol.md` alone."""
