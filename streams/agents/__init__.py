"""The Faust application, its agents over record batches, and the supervisor of worker processes; no pages."""
