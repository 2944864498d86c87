"""Masking inside other programs: `logging`, structlog, ASGI; it knows files and loggers, and no Kafka."""
