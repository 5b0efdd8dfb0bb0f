neurode run bad/dimensions.toml
