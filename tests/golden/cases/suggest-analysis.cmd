neurode suggest xor.toml --evaluations 0 -q
