"""The envelope of a record that cannot be masked, its sealing and its reading; it knows no HTTP and no Faust."""
