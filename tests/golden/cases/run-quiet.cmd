neurode run --quiet xor.toml
