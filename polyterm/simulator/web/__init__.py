"""The local exchange's doors: REST routes and WebSocket channels, thin over its core."""
