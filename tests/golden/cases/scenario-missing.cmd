neurode run bad/nowhere.toml
