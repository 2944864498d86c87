"""The masking core: bytes in, bytes and findings out; it knows no Kafka, no Faust, no files and no clock."""
