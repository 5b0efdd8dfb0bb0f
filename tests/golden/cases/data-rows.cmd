neurode run bad/data_rows.toml
