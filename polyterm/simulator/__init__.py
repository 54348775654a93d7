"""The local exchange: a server on loopback that speaks the protocol of the real one."""
