neurode run bad/record_names.toml
