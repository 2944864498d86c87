"""Replay: history masked again, bounded and resumable, from topics or files; it knows no HTTP."""
