"""The metric catalogue, health and the service's own structured log; it never sees a payload."""
