neurode run --quiet xor.toml -o mine.h5
neurode compare xor.toml -o mine.h5
