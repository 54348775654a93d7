"""The scenarios are told in the whole house, and take its patience with polling."""

from __future__ import annotations

from tests.whole.conftest import signing, unhurried

__all__ = ("signing", "unhurried")
