neurode run bad/learning_without_data.toml
