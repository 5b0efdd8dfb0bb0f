neurode run --quiet xor.toml --set time.end=10
neurode export xor.h5 --format cvs
