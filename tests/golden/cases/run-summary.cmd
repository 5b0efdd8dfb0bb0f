neurode run xor.toml
