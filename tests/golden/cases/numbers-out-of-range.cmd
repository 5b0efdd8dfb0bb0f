neurode run bad/ranges.toml
