neurode run bad/keys.toml
