"""Seeded, realistic production logs, with what is personal in each line known."""
