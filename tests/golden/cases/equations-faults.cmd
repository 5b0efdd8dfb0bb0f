neurode run bad/equations.toml
