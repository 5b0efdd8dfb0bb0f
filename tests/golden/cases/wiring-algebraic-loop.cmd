neurode run bad/loop.toml
