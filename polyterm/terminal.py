"""The terminal, written to without ever waiting for it.

Textual hands what it draws to a thread through a short queue, and waits where that is full: a
terminal that is closed, or held by ctrl+s or a stalled connection, would stop the event loop, and
the engine with it. Here what finds no room is dropped and the screen drawn anew once there is.
"""

from __future__ import annotations

from queue import Full

from textual.drivers.linux_driver import LinuxDriver

_FAREWELL_S = 1.0


class PatientDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, less its waiting."""

    _owes_a_repaint = False
    _is_lost = False

    def write(self, data: str) -> None:
        """Hand a piece of output to the terminal, or drop it where the terminal is behind."""
        writer = self._writer_thread
        if writer is None or not writer.is_alive():
            self._give_up()
            return
        try:
            writer._queue.put_nowait(data)
        except Full:
            self._owes_a_repaint = True
            return
        if self._owes_a_repaint and writer._queue.qsize() <= 1:
            self._owes_a_repaint = False
            self._app.call_later(self._app.screen.refresh)

    def close(self) -> None:
        """End the writing thread, without waiting for a terminal that takes nothing."""
        writer = self._writer_thread
        if writer is None or not writer.is_alive():
            return
        try:
            writer._queue.put(None, timeout=_FAREWELL_S)
        except Full:
            return
        writer.join(_FAREWELL_S)

    def _give_up(self) -> None:
        """Leave the app once its terminal is gone: nobody sees it any more."""
        if not self._is_lost and self._app.is_running:
            self._is_lost = True
            self._app.call_later(self._app.exit)
