neurode run bad/fixed_steps.toml
