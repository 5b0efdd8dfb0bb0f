neurode run bad/csv_columns.toml
