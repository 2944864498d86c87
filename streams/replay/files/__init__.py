"""Files as the source and the target of a replay: read in bounded memory, written whole or not at all."""
