neurode run bad/wiring_files.toml
