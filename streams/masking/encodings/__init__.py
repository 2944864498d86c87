"""What can wrap a value: character by character (`fold`), or a run as a whole (`blocks`)."""
