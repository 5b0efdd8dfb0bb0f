neurode run bad/no_models.toml
