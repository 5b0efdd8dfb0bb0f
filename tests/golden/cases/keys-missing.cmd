neurode run bad/missing_keys.toml
