"""The JSON API under `/api/v1`: typed, paged, scoped; errors are problems by RFC 9457 without content."""
