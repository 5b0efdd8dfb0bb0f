neurode run --quiet xor.toml --set time.end=10
neurode info xor.h5
