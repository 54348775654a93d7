"""Arrangement and routing: which widgets stand where, and who hears what."""
