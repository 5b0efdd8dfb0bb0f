neurode run bad/lists.toml
