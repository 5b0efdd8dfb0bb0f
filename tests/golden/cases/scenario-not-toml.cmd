neurode run bad/not_toml.toml
