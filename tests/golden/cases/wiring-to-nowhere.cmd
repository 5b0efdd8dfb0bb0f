neurode run bad/wiring.toml
