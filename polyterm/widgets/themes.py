"""The console's own colours, and the names that every theme must give it."""

from __future__ import annotations

from textual.theme import Theme

TRADING_COLOURS = {"buy": "#4fc08d", "sell": "#e5737f", "stale": "#7d8794", "faint": "#8593a3"}
"""For themes that are not ours; a word or a sign always says the same."""

DARK = Theme(
    name="polyterm",
    primary="#5b9bd5",
    secondary="#4a7fb0",
    accent="#e0b35a",
    warning="#e0a04a",
    error="#d9535f",
    success="#3f9e74",
    foreground="#d6dce4",
    background="#0e1217",
    surface="#12171d",
    panel="#1a2129",
    variables={
        **TRADING_COLOURS,
        "border": "#5b9bd5",
        "border-blurred": "#2b343f",
        "block-cursor-background": "#27435c",
        "block-cursor-foreground": "#eef2f6",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#1c2833",
    },
)
LIGHT = Theme(
    name="polyterm-light",
    primary="#2f6fae",
    secondary="#4a7fb0",
    accent="#9a6a00",
    warning="#a86400",
    error="#b3303c",
    success="#1f7a50",
    foreground="#1d242c",
    background="#f4f6f8",
    surface="#ffffff",
    panel="#e6eaef",
    dark=False,
    variables={
        "buy": "#15734a",
        "sell": "#b3303c",
        "stale": "#8a939e",
        "faint": "#5f6b78",
        "block-cursor-background": "#c9dcef",
        "block-cursor-foreground": "#10161c",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e3eaf1",
        "border": "#2f6fae",
        "border-blurred": "#c3ccd6",
    },
)
