neurode run xor.toml --progress=plain --set time.end=10
