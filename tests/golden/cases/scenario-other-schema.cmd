neurode run bad/schema_version.toml
