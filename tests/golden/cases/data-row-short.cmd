neurode run bad/csv_short_row.toml
