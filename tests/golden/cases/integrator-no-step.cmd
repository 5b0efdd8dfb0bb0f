neurode run bad/no_step.toml
