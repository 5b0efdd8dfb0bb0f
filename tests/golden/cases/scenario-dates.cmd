neurode run bad/dates.toml
