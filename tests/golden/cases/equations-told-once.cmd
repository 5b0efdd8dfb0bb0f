neurode run bad/equations_told_once.toml
