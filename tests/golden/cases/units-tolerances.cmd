neurode run bad/tolerances.toml
