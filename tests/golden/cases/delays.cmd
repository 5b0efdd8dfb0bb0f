neurode check bad/delays.toml
