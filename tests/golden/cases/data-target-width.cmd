neurode run bad/target_width.toml
