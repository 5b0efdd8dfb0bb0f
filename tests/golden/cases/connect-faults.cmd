neurode run bad/connect.toml
