"""Who gets in: JWTs, sessions, log-in, roles and scopes, and what keeps strangers out; it knows no records."""
