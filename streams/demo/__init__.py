"""`make demo`: an embedded broker, generated logs, two workers, and what came out; it demonstrates, it proves nothing."""
