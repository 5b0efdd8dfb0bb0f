neurode run --quiet explosive.toml
