neurode run xor.toml -o bad
