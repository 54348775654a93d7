"""Words to the service manager that started us, where one did (the `sd_notify` protocol)."""

from __future__ import annotations

import asyncio
import os
import socket

_SECOND_US = 1_000_000


def notify(*facts: str) -> None:
    """Say `READY=1`, `STOPPING=1` and the like; nothing happens where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    # An address in the abstract namespace is written with an @, and bound with a zero byte.
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.sendto("\n".join(facts).encode(), target)


def watchdog_pause_s() -> float | None:
    """How often a sign of life is due: half of what was asked for; nothing where none was."""
    asked_us, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not asked_us.isdecimal() or process not in {"", str(os.getpid())}:
        return None
    return int(asked_us) / _SECOND_US / 2


async def keep_alive() -> None:
    """Give signs of life from the event loop until cancelled, where the manager asked for them."""
    pause_s = watchdog_pause_s()
    while pause_s is not None:
        notify("WATCHDOG=1")
        await asyncio.sleep(pause_s)
