neurode run bad/units.toml
