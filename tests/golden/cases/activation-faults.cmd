neurode run bad/activation.toml
