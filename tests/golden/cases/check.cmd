neurode check xor.toml
