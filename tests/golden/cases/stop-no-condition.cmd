neurode run bad/stop_when.toml
