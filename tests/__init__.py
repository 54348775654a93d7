"""What proves polyterm; mirrors the package."""
