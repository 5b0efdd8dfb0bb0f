neurode run bad/names.toml
