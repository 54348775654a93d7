"""The journal: one SQLite database a venue."""
