neurode run bad/csv_missing.toml
