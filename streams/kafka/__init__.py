"""Kafka clients, transactions, assignment, batches and topic administration; it does not know what masking does."""
