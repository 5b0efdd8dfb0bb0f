neurode run bad/monitors.toml
