"""Pure decisions: what an order should do next. No I/O, no clock, no waiting."""
