"""The review store: a SQLite view of the quarantine and decisions topics that may be deleted at any time."""
