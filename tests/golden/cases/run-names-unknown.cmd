neurode run bad/run_names.toml
