neurode run bad/empty.toml
