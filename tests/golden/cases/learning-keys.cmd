neurode run bad/learning_keys.toml
