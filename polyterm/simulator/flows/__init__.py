"""Other people's orders: synthetic, or replayed from a recording."""
