neurode run --quiet xor.toml
neurode run --quiet xor.toml
neurode run xor.toml --set time.end=1
