neurode run bad/duplicate_key.toml
