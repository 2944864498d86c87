"""Settings from defaults, YAML file, environment and flags, with the origin of each."""
