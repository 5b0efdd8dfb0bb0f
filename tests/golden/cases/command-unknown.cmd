neurode rnu xor.toml
