neurode run bad/data_width.toml
