"""polyterm: a trading console for Polymarket in the terminal."""

__version__ = "0.1.0"
