neurode run bad/cross_entropy.toml
