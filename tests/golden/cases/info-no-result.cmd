neurode info xor.toml
