neurode run bad/inputs.toml
