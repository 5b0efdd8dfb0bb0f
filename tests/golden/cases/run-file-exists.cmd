neurode run --quiet xor.toml -o mine.h5
neurode run xor.toml -o mine.h5
