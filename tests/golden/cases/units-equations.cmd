neurode run bad/equation_units.toml
