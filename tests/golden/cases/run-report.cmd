neurode run report.toml
