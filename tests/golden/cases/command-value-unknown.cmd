neurode run xor.toml --progress=slow
