neurode run bad/overflow.toml
