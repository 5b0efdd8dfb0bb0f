neurode run bad/noise.toml
