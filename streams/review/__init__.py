"""The review service: an API and pages of its own process, for people with a token; it knows no detectors."""
