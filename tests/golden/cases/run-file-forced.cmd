neurode run --quiet xor.toml -o mine.h5
neurode run --quiet --force xor.toml -o mine.h5
