neurode run bad/noise_method.toml
