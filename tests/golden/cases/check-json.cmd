neurode check xor.toml --json
