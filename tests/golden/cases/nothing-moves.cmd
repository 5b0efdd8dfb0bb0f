neurode run bad/nothing_moves.toml
