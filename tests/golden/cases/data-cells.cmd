neurode run bad/csv_cells.toml
