"""Values and rules of the field, with no I/O: what everything else agrees on."""
