"""`python -m polyterm` is the `polyterm` command."""

from __future__ import annotations

from polyterm.cli.main import main

if __name__ == "__main__":
    main()
