neurode run xor.toml --frob
