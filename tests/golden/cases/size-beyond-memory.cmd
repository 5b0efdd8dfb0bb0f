neurode run bad/largest_size.toml
